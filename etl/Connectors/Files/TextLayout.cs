using System.Globalization;
using System.Text;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>How the lines of a text file are divided into values, as its first lines show.</summary>
/// <param name="Delimiter">Between values; null: blanks, however many.</param>
/// <param name="HasHeader">Whether the first line names the columns.</param>
/// <param name="Columns">The columns' names.</param>
internal sealed record TextLayout(char? Delimiter, bool HasHeader, IReadOnlyList<string> Columns)
{
    private const int LinesLookedAt = 40;

    /// <summary>The layout, for people.</summary>
    public string Said => $"text, {Name(Delimiter)} between values, {(HasHeader ? "with" : "without")} a header";

    /// <summary>Looks at the beginning of a file.</summary>
    /// <param name="head">Its first bytes as UTF-8; the last line may be cut.</param>
    public static TextLayout Of(ReadOnlySpan<byte> head)
    {
        var text = Encoding.UTF8.GetString(head).TrimStart('\uFEFF');
        var lines = text.Split('\n').Select(l => l.TrimEnd('\r')).ToList();
        if (lines.Count > 1)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        lines = [.. lines.Where(l => l.Trim().Length > 0).Take(LinesLookedAt)];
        if (lines.Count == 0)
        {
            return new(',', false, ["column_1"]);
        }

        var delimiter = DelimiterOf(lines);
        var rows = lines.Select(l => Cells(l, delimiter)).ToList();
        var width = rows.Skip(rows.Count > 1 ? 1 : 0).Max(r => r.Count);

        // Tables that R writes have a name less in the header than values in a line: the first column is the row's own name.
        var first = rows[0].Count == width - 1 && delimiter is null ? rows[0].Prepend("row") : rows[0];
        var hasHeader = IsHeader([.. first]);
        return new(delimiter, hasHeader, Names(Enumerable.Range(0, Math.Max(width, rows[0].Count)).Select(i => hasHeader ? first.ElementAtOrDefault(i) : null)));
    }

    /// <summary>Whether a first row names columns: none of its values is a number or a date.</summary>
    public static bool IsHeader(IReadOnlyList<string?> row) => row.Any(c => !string.IsNullOrWhiteSpace(c)) && !row.Any(IsValue);

    /// <summary>Names for columns: as given, and none twice; column_N for those without.</summary>
    public static IReadOnlyList<string> Names(IEnumerable<string?> given)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var names = new List<string>();
        foreach (var (i, name) in given.Index())
        {
            var wanted = string.IsNullOrWhiteSpace(name) ? string.Create(CultureInfo.InvariantCulture, $"column_{i + 1}") : name.Trim();
            for (var n = 2; !taken.Add(wanted); n++)
            {
                wanted = string.Create(CultureInfo.InvariantCulture, $"{name?.Trim()}_{n}");
            }

            names.Add(wanted);
        }

        return names;
    }

    /// <summary>Whether a file's bytes are UTF-8 throughout.</summary>
    public static bool IsUtf8(string file)
    {
        using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
        var buffer = new char[65_536];
        try
        {
            while (reader.Read(buffer, 0, buffer.Length) > 0)
            {
            }

            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    // The delimiter that stands equally often in most lines; among several the one that divides most. Blanks only when nothing else divides.
    private static char? DelimiterOf(List<string> lines)
    {
        var best = (Delimiter: (char?)',', Agreeing: 0.0, Count: 0);
        foreach (var delimiter in (char?[])[',', ';', '\t', '|', null])
        {
            var counts = lines.Select(l => Cells(l, delimiter).Count).ToList();
            var usual = counts.GroupBy(c => c).OrderByDescending(g => g.Count()).ThenByDescending(g => g.Key).First();
            var agreeing = (double)usual.Count() / counts.Count;
            var better = usual.Key > 1 && (delimiter is null ? best.Count == 0 && agreeing > 0.5 : agreeing > best.Agreeing + 0.05 || (agreeing >= best.Agreeing - 0.05 && usual.Key > best.Count));
            if (better)
            {
                best = (delimiter, agreeing, usual.Key);
            }
        }

        return best.Delimiter;
    }

    private static List<string> Cells(string line, char? delimiter)
    {
        var cells = new List<string>();
        if (delimiter is null)
        {
            return [.. line.Replace("\"", "", StringComparison.Ordinal).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)];
        }

        var (cell, quoted) = (new StringBuilder(), false);
        foreach (var c in line)
        {
            if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == delimiter && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(c);
            }
        }

        return [.. cells, cell.ToString()];
    }

    private static bool IsValue(string? cell) => cell is not null
        && (double.TryParse(cell, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out _)
            || DateTime.TryParse(cell, CultureInfo.InvariantCulture, DateTimeStyles.None, out _));

    private static string Name(char? delimiter) => delimiter switch
    {
        null => "blanks",
        ',' => "a comma",
        ';' => "a semicolon",
        '\t' => "a tab",
        _ => "a bar",
    };
}
