using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>What files of one family have in common in their names.</summary>
internal static partial class FamilyName
{
    /// <summary>A name for their stream in snake_case: what is left of the first file's name without numbers, else its folder's.</summary>
    public static string Of(IReadOnlyList<string> paths, HashSet<string> taken)
    {
        var file = Path.GetFileName(paths[0]);
        var name = Snake(Digits().Replace(file.Split('.')[0], " "));
        name = name.Length > 0 ? name : Snake(Path.GetFileName(Path.GetDirectoryName(paths[0]) ?? ""));
        name = name.Length > 0 ? name : "records";
        for (var (number, free) = (2, name); !taken.Add(name); number++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{free}_{number}");
        }

        return name;
    }

    /// <summary>A pattern that names these files and none of the others, with * for the numbers in their names; else the paths themselves.</summary>
    public static IReadOnlyList<string> Paths(IReadOnlyList<string> paths, IEnumerable<string> all)
    {
        var containers = paths.Select(p => p.IndexOf(".zip/", StringComparison.OrdinalIgnoreCase) is >= 0 and var at ? p[..(at + 4)] : p).Distinct(StringComparer.Ordinal).ToList();
        if (containers.Count == 1)
        {
            return containers;
        }

        var patterns = containers.Select(p => $"{p[..(p.LastIndexOf('/') + 1)]}{Numbers().Replace(p[(p.LastIndexOf('/') + 1)..], "*")}").Distinct(StringComparer.Ordinal).ToList();
        var others = all.Except(paths, StringComparer.Ordinal).ToList();
        return patterns.Count < containers.Count && !others.Exists(o => patterns.Exists(p => FilePattern.Matcher(p).IsMatch(o))) ? patterns : containers;
    }

    private static string Snake(string text)
    {
        var name = new StringBuilder();
        foreach (var c in Words().Replace(text, "$1_$2").ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                name.Append(c);
            }
            else if (name.Length > 0 && name[^1] != '_')
            {
                name.Append('_');
            }
        }

        var snake = name.ToString().Trim('_');
        return snake.Length > 0 && char.IsAsciiDigit(snake[0]) ? $"f_{snake}" : snake;
    }

    [GeneratedRegex("[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();

    [GeneratedRegex("[0-9]+([-_.T]?[0-9]+)*", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();

    [GeneratedRegex("([a-z])([A-Z])", RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
