using System.CommandLine;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm token list</c>: the programs that may ask.</summary>
internal static class TokenListCommand
{
    public static Command Create()
        => new Command("list", "Show the tokens that let programs in").Does((context, _) => UserListCommand.Write(context, "tokens", AccessOptions.Store(context).Tokens()));
}
