using System.Text;

namespace Crm.Analytics.Warehouse.Declarations.Yaml;

/// <summary>Block scalars: text in lines of its own after <c>|</c> (line ends stay) or <c>&gt;</c> (line ends become spaces).</summary>
internal sealed partial class YamlParser
{
    private YamlScalar BlockScalar(int parent)
    {
        var start = at++;
        var (chomp, indent) = ('\0', 0);
        for (; Current is '+' or '-' or (>= '1' and <= '9'); at++)
        {
            (chomp, indent) = Current is '+' or '-' ? (Current, indent) : (chomp, Math.Max(parent, 0) + Current - '0');
        }

        EndLine();
        at = Math.Min(at + 1, text.Length);
        var lines = Lines(indent == 0 ? IndentBelow(parent) : indent, out var textEnd);
        var used = lines.FindLastIndex(static l => l.Length > 0) + 1;
        var value = new StringBuilder();
        Append(value, lines, used, folded: text[start] == '>');
        var lastLineEnds = used > 0 && textEnd < text.Length ? 1 : 0;
        value.Append('\n', chomp switch { '-' => 0, '+' => lines.Count - used + lastLineEnds, _ => lastLineEnds });

        return new(Place(start), value.ToString(), true, 0);
    }

    /// <summary>How deep the first line with text stands; deeper than any when there is none that belongs to the scalar.</summary>
    private int IndentBelow(int parent)
    {
        for (var i = at; i < text.Length; i++)
        {
            if (text[i] is not (' ' or '\n'))
            {
                return Column(i) > parent ? Column(i) : int.MaxValue;
            }
        }

        return int.MaxValue;
    }

    /// <summary>The lines of the scalar without their indentation; moves behind them.</summary>
    /// <param name="indent">Depth of the scalar's lines.</param>
    /// <param name="textEnd">Where its last line that is not empty ends.</param>
    private List<string> Lines(int indent, out int textEnd)
    {
        textEnd = at;
        var lines = new List<string>();
        while (at < text.Length)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end;
            var first = at;
            while (first < end && first - at < indent && text[first] == ' ')
            {
                first++;
            }

            if (first == text.Length || (first < end && (first - at < indent || IsMarker('-') || IsMarker('.'))))
            {
                at = first == text.Length ? first : at;
                break;
            }

            lines.Add(text[first..end]);
            textEnd = first < end ? end : textEnd;
            at = Math.Min(end + 1, text.Length);
        }

        return lines;
    }

    private static void Append(StringBuilder value, List<string> lines, int used, bool folded)
    {
        var (breaks, previousDeeper) = (0, true);
        for (var i = 0; i < used; i++)
        {
            var line = lines[i];
            if (line.Length > 0)
            {
                var deeper = line[0] is ' ' or '\t';
                var fold = folded && !deeper && !previousDeeper;
                value.Append(fold && breaks == 1 ? " " : new string('\n', fold ? breaks - 1 : breaks)).Append(line);
                (breaks, previousDeeper) = (0, deeper);
            }

            breaks++;
        }
    }
}
