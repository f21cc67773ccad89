using System.CommandLine;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm user add</c>: lets somebody sign in. The first one is made here, on the console, and nowhere else.</summary>
internal static class UserAddCommand
{
    public static Command Create()
    {
        var options = new AccessOptions();
        return new Command("add", "Let somebody sign in; asks for the password") { options.Name, options.Role, options.Groups, options.Attributes }.Does((context, parsed) =>
        {
            var user = options.Asker(parsed);
            AccessOptions.Store(context).AddUser(user, AccessOptions.Password(context));
            context.WriteLine($"{user.Name} may sign in ({user.Role.ToString().ToLowerInvariant()}).");
            return 0;
        });
    }
}
