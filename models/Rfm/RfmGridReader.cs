using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Models.Rfm;

/// <summary>
/// Reads a grid's YAML: its form first, then that its codes cover all combinations exactly once. Reports every problem, not just the first.
/// </summary>
internal sealed class RfmGridReader
{
    private static readonly ScalarShape code = ScalarShape.Text with
    {
        What = "a code: one score from 1 to 5 for each of `scores`, or a range like [1-2] in its place",
    };

    /// <summary>What a grid file looks like.</summary>
    public static readonly MapShape Shape = new("a grid",
    [
        new("grid", ScalarShape.Name, "Its name.", Required: true),
        new("title", ScalarShape.Text, "Name for people."),
        new("scores", new ListShape(ScalarShape.Choice("a score", "r", "f", "m", "fm"), 2),
            "The scores that make a code: [r, f, m], [r, f], or [r, fm], where fm is (F + M) / 2 rounded half up.", Required: true),
        new("segments", new ListShape(new MapShape("a segment",
        [
            new("name", ScalarShape.Text with { MaxLength = 60 }, "Its name, unique in the grid.", Required: true),
            new("standing", ScalarShape.Choice("what it means for the business", "best", "good", "watch", "at_risk", "lost"),
                "What it means for the business, whatever its name.", Required: true),
            new("description", ScalarShape.Text, "Who is in it."),
            new("codes", new ListShape(code), "The codes it holds.", Required: true),
        ])), "Segments in the order they are shown.", Required: true),
    ]);

    private readonly string file;
    private readonly List<Problem> problems = [];
    private readonly Dictionary<string, (string Segment, SourceLocation Where)> taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SourceLocation> names = new(StringComparer.Ordinal);
    private IReadOnlyList<string> scores = [];

    private RfmGridReader(string file) => this.file = file;

    /// <summary>Reads a grid.</summary>
    /// <param name="file">Its path, for errors.</param>
    /// <param name="bytes">Its content.</param>
    public static RfmGrid Read(string file, byte[] bytes)
    {
        var reader = new RfmGridReader(file);
        var grid = reader.Grid(bytes);
        return reader.problems.Count == 0 && grid is not null
            ? grid
            : throw new DeclarationException([.. reader.problems.OrderBy(p => p.Where.Line).ThenBy(p => p.Where.Column)]);
    }

    private RfmGrid? Grid(byte[] bytes)
    {
        if (YamlReader.Read(file, bytes, problems) is not { } root)
        {
            return null;
        }

        new ShapeCheck(problems).Check(root, Shape, "the file");
        if (root is not YamlMap map || !ReadScores(map))
        {
            return null;
        }

        var segments = map.MapsOf("segments").Select(Segment).ToList();
        NoteMissingCodes(map);
        return problems.Count > 0 ? null : new RfmGrid(map.Text("grid")!, map.Text("title") ?? map.Text("grid")!, segments);
    }

    private bool ReadScores(YamlMap map)
    {
        scores = [.. map.ScalarsOf("scores").Select(s => s.Text)];
        var known = string.Join(", ", scores) is "r, f, m" or "r, fm" or "r, f";
        if (!known && map["scores"] is { } node)
        {
            problems.Add(new(node.Where, $"scores [{string.Join(", ", scores)}]", "[r, f, m], [r, fm] or [r, f]", "use one of the three"));
        }

        return known;
    }

    private RfmSegment Segment(YamlMap map)
    {
        var name = map.Text("name") ?? "";
        if (map.Scalar("name") is { } written && !names.TryAdd(name, written.Where))
        {
            problems.Add(new(written.Where, $"segment '{name}' for the second time",
                $"each segment once (the first is in line {names[name].Line})", "put all its codes into one list"));
        }

        var codes = map.ScalarsOf("codes").ToList();
        var held = codes.SelectMany(c => Expand(c).Where(one => Take(one, name, c.Where))).ToHashSet(StringComparer.Ordinal);
        return new RfmSegment(name, map.Text("standing") ?? "", Rule(codes), map.Text("description") ?? "",
            [.. RfmCode.All.Where(c => held.Contains(CodeOf(c)))]);
    }

    /// <summary>The codes that one text stands for: <c>5[4-5]</c> is 54 and 55.</summary>
    private IEnumerable<string> Expand(YamlScalar scalar)
    {
        IEnumerable<string> codes = [""];
        var positions = 0;
        for (var at = 0; at < scalar.Text.Length; positions++)
        {
            var (low, high, length) = scalar.Text.AsSpan(at) is ['[', var from, '-', var to, ']', ..]
                ? (from, to, 5)
                : (scalar.Text[at], scalar.Text[at], 1);
            if (low is < '1' or > '5' || high is < '1' or > '5' || low > high)
            {
                positions = -1;
                break;
            }

            codes = [.. codes.SelectMany(c => Enumerable.Range(low, high - low + 1).Select(digit => c + (char)digit))];
            at += length;
        }

        if (positions == scores.Count)
        {
            return codes;
        }

        problems.Add(new(scalar.Where, $"'{scalar.Text}' as a code",
            $"{scores.Count} scores from 1 to 5 ({string.Join(", ", scores)}), or ranges like [1-2] in their place", "correct the code"));
        return [];
    }

    private bool Take(string code, string segment, SourceLocation where)
    {
        if (taken.TryAdd(code, (segment, where)))
        {
            return true;
        }

        var first = taken[code];
        problems.Add(new(where, $"code {code} for the second time",
            $"each code in one segment ('{first.Segment}' has it in line {first.Where.Line})", "remove one of the two"));
        return false;
    }

    private void NoteMissingCodes(YamlMap map)
    {
        var missing = RfmCode.All.Select(CodeOf).Distinct().Where(c => !taken.ContainsKey(c)).ToList();
        if (missing.Count > 0 && map["segments"] is { } node)
        {
            problems.Add(new(node.Where, $"no segment for {string.Join(" ", missing)}", "every code in a segment",
                "add the codes to the segments they belong to"));
        }
    }

    private string CodeOf(RfmCode code) => scores switch
    {
        [_, _, _] => $"{code.R}{code.F}{code.M}",
        [_, "fm"] => $"{code.R}{code.FM}",
        _ => $"{code.R}{code.F}",
    };

    private string Rule(List<YamlScalar> codes)
        => $"{string.Concat(scores).ToUpperInvariant()} {string.Join(", ", codes.Select(c => c.Text))}";
}
