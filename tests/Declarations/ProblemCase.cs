using System.Text;

namespace Crm.Analytics.Tests.Declarations;

/// <summary>
/// A case of ProblemCases.txt: <c>=== name</c>, then files, each <c>--- path</c> and its text, then <c>=> </c> lines with the problems expected.
/// </summary>
public sealed record ProblemCase(string Name, IReadOnlyList<(string File, string Text)> Files, IReadOnlyList<string> Problems)
{
    public override string ToString() => Name;

    public static IEnumerable<ProblemCase> ReadAll()
    {
        var path = Path.Combine(TestProject.RepositoryRoot, "tests", "Declarations", "ProblemCases.txt");
        return File.ReadAllText(path).Split("\n=== ")[1..].Select(Read);
    }

    private static ProblemCase Read(string text)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        var files = new List<(string, StringBuilder)>();
        var problems = new List<string>();
        foreach (var line in lines[1..])
        {
            if (line.StartsWith("--- ", StringComparison.Ordinal))
            {
                files.Add((line[4..], new()));
            }
            else if (line.StartsWith("=> ", StringComparison.Ordinal))
            {
                problems.Add(line[3..]);
            }
            else
            {
                files[^1].Item2.Append(line.Replace('→', '\t')).Append('\n');
            }
        }

        return new(lines[0], [.. files.Select(f => (f.Item1, f.Item2.ToString()))], problems);
    }
}
