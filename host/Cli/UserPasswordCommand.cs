using System.CommandLine;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm user password</c>: gives a user another password.</summary>
internal static class UserPasswordCommand
{
    public static Command Create()
    {
        var options = new AccessOptions();
        return new Command("password", "Give a user another password, sign them out everywhere, unlock them") { options.Name }.Does((context, parsed) =>
        {
            var name = parsed.GetValue(options.Name)!;
            var store = AccessOptions.Store(context);
            UserRemoveCommand.MustBe(store.Users(), name, "user");
            store.SetPassword(name, AccessOptions.Password(context));
            context.WriteLine($"{name} has another password and is signed out everywhere.");
            return 0;
        });
    }
}
