using System.CommandLine;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Cli;

/// <summary>What users and tokens are given, as options of the commands that make them.</summary>
internal sealed class AccessOptions
{
    public Argument<string> Name { get; } = new("NAME")
    {
        Description = "Its name",
        Validators =
        {
            result =>
            {
                var name = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                if (name.Length is 0 or > 100 || name.Any(char.IsControl))
                {
                    result.AddError("NAME: found a name that is empty, too long or unprintable. Expected 1 to 100 printable characters.");
                }
            },
        },
    };

    public Option<AccessRole> Role { get; } = new("--role")
    {
        Description = "What it may do: viewer (default), analyst, engineer, administrator",
        HelpName = "ROLE",
        DefaultValueFactory = _ => AccessRole.Viewer,
    };

    public Option<string[]> Groups { get; } = new("--group")
    {
        Description = "A group that access policies of cubes speak of; may be given several times",
        HelpName = "NAME",
        DefaultValueFactory = _ => [],
    };

    public Option<string[]> Attributes { get; } = new("--attribute")
    {
        Description = "What policies compare rows with, e.g. region=North; may be given several times, also for one name",
        HelpName = "NAME=VALUE",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Who the options describe.</summary>
    /// <exception cref="CrmException">An attribute is not NAME=VALUE.</exception>
    public Asker Asker(ParseResult parsed) => new(parsed.GetValue(Name)!, parsed.GetValue(Role), parsed.GetValue(Groups)!, AttributesOf(parsed));

    /// <summary>The users and tokens of the project.</summary>
    public static AccessStore Store(CommandContext context)
    {
        Composition.ReadProject(context.ProjectFolder);
        return new(context.ProjectFolder, TimeProvider.System);
    }

    /// <summary>A password typed twice on a terminal, unseen; or the first line of standard input where that is none.</summary>
    /// <exception cref="CrmException">None was given, or the two differ.</exception>
    public static string Password(CommandContext context)
    {
        if (Console.IsInputRedirected)
        {
            return Console.In.ReadLine() ?? throw new CrmException(FailureKind.WrongUse, "no password", "standard input", "the password on its first line", "Type it on a terminal, or pass it in");
        }

        var first = Typed(context, "Password: ");
        return first == Typed(context, "Again:    ") ? first
            : throw new CrmException(FailureKind.WrongUse, "two different passwords", "the terminal", "the same twice", "Try again");
    }

    /// <summary>Groups and attributes in one line, for people.</summary>
    public static string Text(Asker asker) => string.Join(' ', asker.Groups.Concat(asker.Attributes.SelectMany(a => a.Value.Select(v => $"{a.Key}={v}"))));

    private Dictionary<string, IReadOnlyList<string>> AttributesOf(ParseResult parsed) => parsed.GetValue(Attributes)!
        .Select(text => text.Split('=', 2) is [{ Length: > 0 } name, var value] ? (Name: name, Value: value)
            : throw new CrmException(FailureKind.WrongUse, $"'{text}'", "--attribute", "NAME=VALUE, e.g. region=North", "Correct it"))
        .GroupBy(a => a.Name).ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g.Select(a => a.Value)]);

    private static string Typed(CommandContext context, string prompt)
    {
        context.Error.Write(prompt);
        var typed = new System.Text.StringBuilder();
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }

        context.Error.WriteLine();
        return typed.ToString();
    }
}
