using System.Text.RegularExpressions;

namespace Crm.Analytics.Tests.Architecture;

/// <summary>Rules 6 and 7 of the design: clocks and chance, namespaces and names.</summary>
internal sealed partial class CodeRules
{
    private static readonly Dictionary<string, string> Roots = new()
    {
        ["etl"] = "Crm.Analytics.Etl",
        ["warehouse"] = "Crm.Analytics.Warehouse",
        ["models"] = "Crm.Analytics.Models",
        ["reports"] = "Crm.Analytics.Reports",
        ["host"] = "Crm.Analytics.Host",
        ["tests"] = "Crm.Analytics.Tests",
        ["bench"] = "Crm.Analytics.Bench",
    };

    [Test]
    public void ClockChanceAndConsole_AreTheHostsAlone()
    {
        var offenders =
            from file in SourceTree.ProductCode
            where !file.IsUnder("host")
            from Match match in Outside().Matches(CSharpText.Parse(file.Text).Code)
            select $"{file.Path}:{file.LineAt(match.Index)}: {match.Value}";
        Offenders.MustBeNone(offenders, "outside host use TimeProvider, a seed, IProgress or ILogger instead of:");
    }

    [Test]
    public void Namespaces_HaveNoCycles()
    {
        var edges = SourceTree.Projects.SelectMany(p => TypeReferences.Of(p == "host" ? "crm" : Roots[p]))
            .Where(r => r.From != r.To && r.From.StartsWith("Crm.Analytics", StringComparison.Ordinal) && r.To.StartsWith("Crm.Analytics", StringComparison.Ordinal))
            .ToLookup(r => r.From);
        var offenders =
            from edge in edges.SelectMany(e => e)
            where Reaches(edges, edge.To, edge.From)
            select $"{edge.FromType} refers to {edge.ToType}, and {edge.To} leads back to {edge.From}";
        Offenders.MustBeNone(offenders, "these references are part of a namespace cycle:");
    }

    [Test]
    public void Namespace_IsTheFolder()
    {
        var offenders =
            from file in SourceTree.WithExtension(".cs")
            where Roots.ContainsKey(file.Path.Split('/')[0]) && !file.IsUnder("warehouse/Bindings")
            let parts = file.Folder.Split('/')
            let expected = string.Join('.', parts.Skip(1).Prepend(Roots[parts[0]]))
            from Match match in Namespace().Matches(CSharpText.Parse(file.Text).Code)
            where match.Groups[1].Value != expected
            select $"{file.Path}: namespace {match.Groups[1].Value}, expected {expected}";
        Offenders.MustBeNone(offenders, "a namespace is the path of its folder:");
    }

    [Test]
    public void Names_SayWhatAThingIs()
    {
        // The bindings' names are the provider's.
        var files = SourceTree.Files.Where(f => !f.IsUnder("warehouse/Bindings"))
            .Where(f => Vague().IsMatch(f.Stem.Split('.')[0]) || f.Folder.Split('/').Any(p => Vague().IsMatch(p))).Select(f => f.Path);
        var types =
            from file in SourceTree.WithExtension(".cs")
            from Match match in TypeName().Matches(CSharpText.Parse(file.Text).Code)
            where !file.IsUnder("warehouse/Bindings") && Vague().IsMatch(match.Groups[1].Value)
            select $"{file.Path}:{file.LineAt(match.Index)}: {match.Groups[1].Value}";
        Offenders.MustBeNone(files.Concat(types), "no type, file or folder is named Util(s), Helper(s), Common, Manager, Misc:");
    }

    [TestCase("var a = \"DateTime.Now\"; // Console.Write", "")]
    [TestCase("var b = $\"at {DateTime.UtcNow:o}\";", "DateTime.UtcNow")]
    [TestCase("var c = \"\"\"Random.Shared\"\"\" + new Random();", "new Random()")]
    [TestCase("var d = @\"\\\" + Console.Title + '\"';", "Console.")]
    [TestCase("var e = $@\"{{Console.Out}}\"; /* DateTime.Now */", "")]
    public void CSharpText_KeepsCodeAndDropsCommentsAndLiterals(string code, string found)
    {
        var matches = Outside().Matches(CSharpText.Parse(code).Code).Select(m => m.Value);
        Assert.That(string.Join(' ', matches), Is.EqualTo(found));
    }

    private static bool Reaches(ILookup<string, TypeReference> edges, string from, string to)
    {
        var seen = new HashSet<string> { from };
        var open = new Queue<string>(seen);
        while (open.TryDequeue(out var space))
        {
            if (space == to)
            {
                return true;
            }

            foreach (var next in edges[space].Where(e => seen.Add(e.To)))
            {
                open.Enqueue(next.To);
            }
        }

        return false;
    }

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Now|UtcNow|Today)\b|\bnew\s+Random\s*\(\s*\)|\bRandom\.Shared\b|\bConsole\.")]
    private static partial Regex Outside();

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\b(?:class|record|struct|interface|enum)\s+(?:class\s+|struct\s+)?(\w+)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"(^|[a-z0-9_-])(Utils?|Helpers?|Common|Manager|Misc)$|^(utils?|helpers?|common|manager|misc)$")]
    private static partial Regex Vague();
}
