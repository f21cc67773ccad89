using System.Text;
using System.Text.Json;
using Crm.Analytics.Host.Cli;
using Crm.Analytics.Tests.Architecture;

namespace Crm.Analytics.Tests.Host;

internal sealed class CommandLineTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("crm-cli-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("ruin", "'ruin' is not a command of `crm`", "did you mean 'run'?")]
    [TestCase("query --mesures x", "'--mesures' is not an option of `crm query`", "did you mean '--measures'?")]
    [TestCase("quarantine lst", "'lst' is not a command of `crm quarantine`", "did you mean 'list'?")]
    [TestCase("check extra", "'extra' was not expected", "takes options only")]
    [TestCase("query --wait soon", "--wait: found 'soon'", "a number of seconds")]
    [TestCase("serve --port 70000", "--port: found '70000'", "0 to 65535")]
    public void WrongUse_NamesTheNearest(string line, string found, string expected)
    {
        var (code, output, error) = Run(line.Split(' '));
        Assert.That(code, Is.EqualTo(2));
        Assert.That(output, Is.Empty);
        Assert.That(error, Does.Contain(found).And.Contain(expected).And.Contain("--help"));
    }

    [TestCase("")]
    [TestCase("quarantine")]
    public void NoCommand_IsWrongUse(string line)
    {
        var (code, _, error) = Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain("--help"));
    }

    [Test]
    public void Help_ShowsEveryCommandInALine()
    {
        var (code, output, _) = Run("--help");
        Assert.That(code, Is.Zero);
        Offenders.MustBeNone(
            CommandHelp.Leaves(CommandLine.Create(), "").Where(c => !output.Split('\n').Any(l => l.StartsWith($"  {c.Path} ", StringComparison.Ordinal)
                && l.Contains(c.Command.Description!, StringComparison.Ordinal))).Select(c => c.Path), "these commands are not in `crm --help`:");
    }

    [Test]
    public void EveryCommand_HasItsPage()
    {
        var pages = string.Join('\n', SourceTree.WithExtension(".md").Where(f => f.IsUnder("docs")).Select(f => f.Text));
        var headings = pages.Split('\n').Where(l => l.StartsWith('#')).ToList();
        Offenders.MustBeNone(
            CommandHelp.Leaves(CommandLine.Create(), "").Where(c => !headings.Any(h => h.Contains($"`crm {c.Path}`", StringComparison.Ordinal))).Select(c => c.Path),
            "no page in docs has a heading with these commands:");
    }

    [Test]
    public void Version_IsOneLine()
    {
        var (code, output, _) = Run("--version");
        Assert.That(code, Is.Zero);
        Assert.That(output.Trim(), Does.Match(@"^\d+\.\d+\.\d+"));
    }

    [Test]
    public void Check_InNoProject_IsWrongUseWithFourFacts()
    {
        var (code, _, error) = Run("check", "--project", _folder);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain(_folder).And.Contain("expected").And.Contain("next").And.Not.Contain("   at "));
    }

    [Test]
    public void Error_WithJson_IsADocument()
    {
        var (code, output, _) = Run("runs", "--project", _folder, "--json");
        Assert.That(code, Is.EqualTo(2));
        using var document = JsonDocument.Parse(output);
        var error = document.RootElement.GetProperty("error");
        Assert.That(error.GetProperty("where").GetString(), Is.EqualTo(_folder));
        Assert.That(error.GetProperty("retryable").GetBoolean(), Is.False);
    }

    [Test]
    public void Init_ThenCheck_FindsNothingWrong()
    {
        Assert.That(Run("init", "--project", _folder).Code, Is.Zero);
        var (code, output, error) = Run("check", "--project", _folder);
        Assert.That(error, Is.Empty);
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("My CRM"));
    }

    [Test]
    public void Init_OverAProject_IsRefusedAndChangesNothing()
    {
        File.WriteAllText(Path.Combine(_folder, "crm.yaml"), "name: Mine\n");
        Assert.That(Run("init", "--project", _folder).Code, Is.EqualTo(2));
        Assert.That(File.ReadAllText(Path.Combine(_folder, "crm.yaml")), Is.EqualTo("name: Mine\n"));
    }

    [Test]
    public void Check_OfWrongDeclarations_TellsAllWithPlaces()
    {
        Run("init", "--project", _folder);
        File.AppendAllText(Path.Combine(_folder, "crm.yaml"), "curency: EUR\n");
        File.AppendAllText(Path.Combine(_folder, "sources", "shop.yaml"), "unknown: 1\n");
        var (code, output, _) = Run("check", "--project", _folder, "--json");
        Assert.That(code, Is.EqualTo(3));
        using var document = JsonDocument.Parse(output);
        var problems = document.RootElement.GetProperty("problems").EnumerateArray().Select(p => p.GetProperty("file").GetString()).ToList();
        Assert.That(problems, Does.Contain("crm.yaml").And.Contain("sources/shop.yaml"));
    }

    [Test]
    public void Generate_WithoutAFolder_IsWrongUse()
    {
        var (code, _, error) = Run("generate");
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain("--project"));
    }

    [Test]
    public void Query_BeforeTheFirstRun_SaysWhatToDo()
    {
        Run("init", "--project", _folder);
        var (code, _, error) = Run("query", "--project", _folder, "--measures", "sales.revenue");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("crm run"));
    }

    internal static (int Code, string Output, string Error) Run(params string[] args)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var code = CommandLine.Run(args, output, error, CancellationToken.None);
        return (code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
