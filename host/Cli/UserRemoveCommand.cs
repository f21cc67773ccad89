using System.CommandLine;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm user remove</c>: lets a user in no longer.</summary>
internal static class UserRemoveCommand
{
    public static Command Create()
    {
        var options = new AccessOptions();
        return new Command("remove", "Let a user in no longer, from this moment") { options.Name }.Does((context, parsed) =>
        {
            var name = parsed.GetValue(options.Name)!;
            var store = AccessOptions.Store(context);
            MustBe(store.Users(), name, "user");
            store.RemoveUser(name);
            context.WriteLine($"{name} may not sign in any more.");
            return 0;
        });
    }

    /// <summary>Refuses a name that is none.</summary>
    /// <exception cref="CrmException">It is none.</exception>
    public static void MustBe(IReadOnlyList<AccessStore.Entry> entries, string name, string kind)
    {
        if (entries.All(e => e.Name != name))
        {
            throw new CrmException(FailureKind.WrongUse, $"there is no {kind} '{name}'", $"crm {kind}", NearestName.Expected($"a {kind}", name, [.. entries.Select(e => e.Name)]),
                $"List them with `crm {kind} list`");
        }
    }
}
