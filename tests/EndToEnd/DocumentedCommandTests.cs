using System.Text.RegularExpressions;
using Crm.Analytics.Tests.Architecture;

namespace Crm.Analytics.Tests.EndToEnd;

/// <summary>The commands that the documentation shows work as they stand there.</summary>
internal sealed partial class DocumentedCommandTests
{
    public static IEnumerable<TestCaseData> Pages() =>
        SourceTree.WithExtension(".md").Where(p => p.Path == "README.md" || p.IsUnder("docs")).Select(p => (p.Path, Commands: Commands(p.Text)))
            .Where(p => p.Commands.Count > 0).Select(p => new TestCaseData(p.Path, p.Commands).SetArgDisplayNames(p.Path));

    [TestCaseSource(nameof(Pages))]
    public async Task Page_ItsCommands_Work(string page, IReadOnlyList<string> commands)
    {
        // What makes projects is started beside them, all else inside one.
        var folder = commands.Any(c => c.StartsWith("demo", StringComparison.Ordinal)) ? DemoProject.Start : DemoProject.Folder;
        foreach (var command in commands)
        {
            var ended = await CrmProgram.RunIn(folder, [.. Words().Matches(command).Select(m => m.Value.Trim('"'))]);
            Assert.That(ended.Code, Is.Zero, $"{page}: ./crm {command}{Environment.NewLine}{ended}");
        }
    }

    private static List<string> Commands(string text) =>
        [.. Block().Matches(text).SelectMany(b => b.Groups[1].Value.Split('\n')).Where(l => l.StartsWith("$ ./crm ", StringComparison.Ordinal)).Select(l => l[8..].Trim())];

    [GeneratedRegex(@"^```console\n([\s\S]*?)^```", RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex("""
        "[^"]*"|\S+
        """)]
    private static partial Regex Words();
}
