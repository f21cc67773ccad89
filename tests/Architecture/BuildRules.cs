using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Crm.Analytics.Tests.Architecture;

/// <summary>Rule 8 of the design: what the compiler and the formatter hold.</summary>
internal sealed partial class BuildRules
{
    [Test]
    public void EveryProject_BuildsWithNullableAndWarningsAsErrors()
    {
        var shared = XDocument.Load(Path.Combine(SourceTree.Root, "Directory.Build.props"));
        string[] wanted = ["Nullable=enable", "TreatWarningsAsErrors=true", "EnforceCodeStyleInBuild=true", "GenerateDocumentationFile=true"];
        var missing = wanted.Where(w => shared.Descendants(w.Split('=')[0]).SingleOrDefault()?.Value != w.Split('=')[1])
            .Select(w => $"Directory.Build.props: expected {w}");
        var weakened =
            from project in SourceTree.WithExtension(".csproj")
            from element in XDocument.Parse(project.Text).Descendants()
            where element.Name.LocalName is "Nullable" or "TreatWarningsAsErrors" or "EnforceCodeStyleInBuild" or "WarningsNotAsErrors"
                || element.Name.LocalName == "NoWarn" && !project.IsUnder("host", "tests", "bench", "warehouse/Bindings")
                || element.Name.LocalName == "GenerateDocumentationFile" && !project.IsUnder("host", "tests", "bench", "warehouse/Bindings")
            select $"{project.Path}: {element.Name.LocalName} is set to '{element.Value}'";
        Offenders.MustBeNone(missing.Concat(weakened), "nullable is on, warnings are errors, public types are documented:");
    }

    [Test]
    public void Code_SilencesNoWarning()
    {
        var offenders =
            from file in SourceTree.ProductCode
            where !file.IsUnder("warehouse/Bindings")
            from Match match in Silencer().Matches(CSharpText.Parse(file.Text).Code)
            select $"{file.Path}:{file.LineAt(match.Index)}: {match.Value.Trim()}";
        Offenders.MustBeNone(offenders, "a warning is an error that is mended, not silenced:");
    }

    [Test]
    public void Packages_ArePinnedInOnePlace()
    {
        var offenders =
            from project in SourceTree.WithExtension(".csproj")
            from reference in XDocument.Parse(project.Text).Descendants("PackageReference")
            where reference.Attribute("Version") is not null
            select $"{project.Path}: {reference.Attribute("Include")?.Value}";
        Offenders.MustBeNone(offenders, "versions stand in Directory.Packages.props, not in:");
    }

    // The build has refused what the style rules and analyzers say; the long run asks the formatter for them once more.
    [Test]
    public async Task Format_HasNothingToChange()
    {
        string[] part = Environment.GetEnvironmentVariable("CRM_TESTS_FULL") is null ? ["whitespace"] : [];
        var start = new ProcessStartInfo("dotnet", ["format", .. part, "Crm.Analytics.sln", "--verify-no-changes", "--no-restore", "--verbosity", "quiet"])
        {
            WorkingDirectory = SourceTree.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        // The test host's own settings would make the formatter's MSBuild look in the wrong place.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, $"dotnet format would change:{Environment.NewLine}{await output}{await errors}");
    }

    [GeneratedRegex(@"^\s*#\s*(pragma\s+warning\s+disable|nullable\s+disable).*$", RegexOptions.Multiline)]
    private static partial Regex Silencer();
}
