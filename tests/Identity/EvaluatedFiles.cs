using Crm.Analytics.Etl.Identity;
using Crm.Analytics.Etl.Identity.Matching;
using Crm.Analytics.Tests.Architecture;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Identity;

/// <summary>Evaluates files in an engine of their own, and files that a test writes.</summary>
internal sealed class EvaluatedFiles : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("crm-identity-");

    public List<string> Said { get; } = [];

    public static string Febrl(int number) => Path.Combine(SourceTree.Root, "tests", "data", "febrl", $"dataset{number}.csv");

    public string Write(string name, params IEnumerable<string> lines)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, string.Concat(lines.Select(l => l + "\n")));
        return path;
    }

    public string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public Evaluation Run(string? truth, params string[] files)
    {
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = scratch.Connect();
        return new IdentityEvaluation(session, Said.Add).Run(
            new EvaluationRequest(files, truth) { Match = new MatchOptions { RandomRecords = 600 } }, CancellationToken.None);
    }

    public void Dispose() => folder.Delete(recursive: true);
}
