using System.Text.RegularExpressions;

namespace Crm.Analytics.Tests.Architecture;

/// <summary>Documentation that nobody finds, or that leads nowhere, is a fault.</summary>
internal sealed partial class DocumentationRules
{
    private static IEnumerable<SourceFile> Pages => SourceTree.WithExtension(".md").Where(f => f.IsUnder("docs") && !f.IsUnder("docs/decisions"));

    [Test]
    public void EveryPage_IsLinkedFromTheReadme()
    {
        var readme = SourceTree.Files.Single(f => f.Path == "README.md").Text;
        var offenders = Pages.Where(p => !IsLinked(p.Path) && !(p.Stem == "README" && IsLinked(p.Folder + ")"))).Select(p => p.Path);
        Offenders.MustBeNone(offenders, "README.md does not link to:");

        bool IsLinked(string path) => readme.Contains($"]({path}", StringComparison.Ordinal);
    }

    [Test]
    public void EveryLink_LeadsToAFile()
    {
        var offenders =
            from page in SourceTree.WithExtension(".md")
            from Match match in Link().Matches(page.Text)
            let target = match.Groups[1].Value
            where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#')
            let path = Path.Combine(SourceTree.Root, page.Folder, target.Split('#')[0])
            where !File.Exists(path) && !Directory.Exists(path)
            select $"{page.Path}:{page.LineAt(match.Index)}: {target}";
        Offenders.MustBeNone(offenders, "these links lead nowhere:");
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
