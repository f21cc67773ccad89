using System.Text.RegularExpressions;

namespace Crm.Analytics.Tests.Architecture;

/// <summary>What holds for every file: its size, and that it knows no machine.</summary>
internal sealed partial class RepositoryRules
{
    private const int MostLines = 400;

    [Test]
    public void Code_StaysWithinASize()
    {
        var offenders =
            from file in SourceTree.WithExtension(".cs", ".sql", ".yaml", ".razor", ".js", ".mjs", ".css", ".sh")
            where !file.IsUnder("tests/data")
            let lines = file.Text.AsSpan().Count('\n')
            where lines > MostLines
            select $"{file.Path}: {lines} lines";
        Offenders.MustBeNone(offenders, $"a file has at most {MostLines} lines; ask what second thing lives in:");
    }

    [Test]
    public void Files_NameNoRegistryAndNoMachine()
    {
        var offenders =
            from file in SourceTree.Files
            where !file.IsUnder("tests/data") && file.Path != "tests/Architecture/RepositoryRules.cs"
            from Match match in Foreign().Matches(file.Text)
            select $"{file.Path}:{file.LineAt(match.Index)}: {match.Value}";
        Offenders.MustBeNone(offenders, "no file names a package registry's host or a path of one machine:");
    }

    [Test]
    public void Tests_AreNeverIgnoredAndNeverSleep()
    {
        var offenders =
            from file in SourceTree.WithExtension(".cs")
            where file.IsUnder("tests")
            from Match match in Sleeper().Matches(CSharpText.Parse(file.Text).Code)
            select $"{file.Path}:{file.LineAt(match.Index)}: {match.Value}";
        Offenders.MustBeNone(offenders, "a test is never ignored and waits for an event, not for a time:");
    }

    [GeneratedRegex(@"https?://[\w.-]*(nuget\.org|npmjs\.(org|com)|registry|proxy)[\w./-]*|(?<![\w.])/(root|work|home/\w+|Users/\w+|tmp/\w+)/[\w./-]*|\b[A-Z]:\\Users\\\w+",
        RegexOptions.IgnoreCase)]
    private static partial Regex Foreign();

    [GeneratedRegex(@"\[Ignore\b|\bThread\.Sleep\s*\(")]
    private static partial Regex Sleeper();
}
