using System.Text;
using System.Text.Json;
using Crm.Analytics.Host.Cli;
using Crm.Analytics.Tests.Architecture;
using Crm.Analytics.Tests.Host;

namespace Crm.Analytics.Tests.Browser;

/// <summary>A sample as `crm demo` makes it, with `crm serve` before it: one for all tests of this folder.</summary>
internal sealed class ServedSample : IAsyncDisposable
{
    private static readonly Dictionary<string, Lazy<Task<string>>> made = Names.ToDictionary(n => n, n => new Lazy<Task<string>>(() => Task.Run(() => Make(n))));
    private static readonly Dictionary<string, Lazy<Task<ServedSample>>> started = Names.ToDictionary(n => n, n => new Lazy<Task<ServedSample>>(() => Serve(n, _ => { })));
    private readonly ServingProject _serving;

    private ServedSample(string name, string folder, ServingProject serving) => (Name, Folder, _serving) = (name, folder, serving);

    /// <summary>The samples there are: those that are packed, and the one that is drawn.</summary>
    public static IReadOnlyList<string> Names =>
        [.. Directory.EnumerateDirectories(Path.Combine(SourceTree.Root, "samples")).Where(f => File.Exists(Path.Combine(f, "crm.yaml"))).Select(f => Path.GetFileName(f)).Append("company").Order(StringComparer.Ordinal)];

    /// <summary>The sample's name.</summary>
    public string Name { get; }

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>Where it is served.</summary>
    public Uri Address => _serving.Address;

    /// <summary>A client of the server.</summary>
    public HttpClient Http => _serving.Http;

    /// <summary>A sample, made and served at the first call.</summary>
    public static Task<ServedSample> Of(string name) => started[name].Value;

    /// <summary>A copy of a sample, prepared and served; the caller ends it.</summary>
    public static async Task<ServedSample> Serve(string name, Action<string> prepare)
    {
        var folder = Path.Combine(Directory.CreateTempSubdirectory("crm-pages-").FullName, name);
        var source = await made[name].Value;
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        prepare(folder);
        return await Serve(name, folder);
    }

    /// <summary>Ends all that were started.</summary>
    public static async Task StopAll()
    {
        foreach (var sample in started.Values.Where(s => s.IsValueCreated && s.Value.IsCompletedSuccessfully))
        {
            await (await sample.Value).DisposeAsync();
        }

        foreach (var folder in made.Values.Where(m => m.IsValueCreated && m.Value.IsCompletedSuccessfully))
        {
            Directory.Delete(Path.GetDirectoryName(await folder.Value)!, recursive: true);
        }
    }

    /// <summary>What the engine answers to a question in Cube's format: its rows.</summary>
    public async Task<IReadOnlyList<JsonElement>> Ask(string query)
    {
        using var content = new StringContent($"{{\"query\": {query}}}", Encoding.UTF8, "application/json");
        using var answer = await Http.PostAsync(new Uri("v1/load", UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.IsSuccessStatusCode, text);
        using var json = JsonDocument.Parse(text);
        return [.. json.RootElement.GetProperty("data").EnumerateArray().Select(e => e.Clone())];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _serving.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(Folder)!, recursive: true);
    }

    private static string Make(string name)
    {
        var folder = Path.Combine(Directory.CreateTempSubdirectory("crm-pages-").FullName, name);
        using var said = new StringWriter();
        var code = CommandLine.Run(["demo", "--sample", name, "--project", folder, "--json"], Stream.Null, said, CancellationToken.None);
        Assert.That(code, Is.Zero, said.ToString());
        return folder;
    }

    private static async Task<ServedSample> Serve(string name, string folder) => new(name, folder, await ServingProject.Start(folder));
}
