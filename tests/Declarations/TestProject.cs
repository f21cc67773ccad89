using System.Runtime.CompilerServices;
using System.Text;
using Crm.Analytics.Etl;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;

namespace Crm.Analytics.Tests.Declarations;

/// <summary>A project folder in a temporary place, deleted at the end.</summary>
internal sealed class TestProject : IDisposable
{
    public const string Settings = "name: Test\n";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("crm-declarations-");

    public TestProject() => Write("crm.yaml", Settings);

    public static string RepositoryRoot { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));

    public string Folder => folder.FullName;

    public TestProject Write(string file, string text) => Write(file, Encoding.UTF8.GetBytes(text));

    public TestProject Write(string file, byte[] bytes)
    {
        var path = Path.Combine(Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return this;
    }

    public ReadResult Read(IReadOnlyList<ConnectorOptions>? connectors = null) => ProjectReader.Read(Folder, connectors ?? StandardConnectors.Options);

    /// <summary>Problems as one line each.</summary>
    public string[] Problems(IReadOnlyList<ConnectorOptions>? connectors = null) => [.. Read(connectors).Problems.Select(p => p.ToString())];

    public void Dispose() => folder.Delete(recursive: true);

    private static string Here([CallerFilePath] string path = "") => path;
}
