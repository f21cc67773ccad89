using System.CommandLine;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm token revoke</c>: lets a program in no longer.</summary>
internal static class TokenRevokeCommand
{
    public static Command Create()
    {
        var options = new AccessOptions();
        return new Command("revoke", "Let a program in no longer, from this moment") { options.Name }.Does((context, parsed) =>
        {
            var name = parsed.GetValue(options.Name)!;
            var store = AccessOptions.Store(context);
            UserRemoveCommand.MustBe(store.Tokens(), name, "token");
            store.RemoveToken(name);
            context.WriteLine($"{name} may not ask any more.");
            return 0;
        });
    }
}
