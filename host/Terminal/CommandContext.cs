using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crm.Analytics.Host.Serving;

namespace Crm.Analytics.Host.Terminal;

/// <summary>What a command gets beside its own options: where its project is, where it writes, when it must stop.</summary>
internal sealed class CommandContext
{
    private static readonly JsonWriterOptions ForPeople = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Stream _out;

    public CommandContext(Stream output, TextWriter error, CancellationToken cancellation)
    {
        _out = output;
        Out = new StreamWriter(output, new UTF8Encoding(false)) { AutoFlush = false };
        Error = error;
        Cancellation = cancellation;
    }

    /// <summary>The project folder as given with --project; null: not given.</summary>
    public string? ProjectOption { get; init; }

    /// <summary>Full path of the project folder.</summary>
    public string ProjectFolder => Path.GetFullPath(ProjectOption ?? ".", WorkingFolder);

    /// <summary>Full path of the folder that the command was given in.</summary>
    public string WorkingFolder { get; init; } = Environment.CurrentDirectory;

    /// <summary>The warehouse that this process has open for all its commands; null: each opens and closes its own.</summary>
    public ServedWarehouse? Served { get; init; }

    /// <summary>True when a program, not a person, reads the answer.</summary>
    public bool IsRedirected { get; init; } = Console.IsOutputRedirected;

    /// <summary>True: one JSON document on standard output, and nothing else.</summary>
    public bool Json { get; init; }

    /// <summary>True: errors come with their stack.</summary>
    public bool Verbose { get; init; }

    /// <summary>How long to wait for another process that holds the warehouse.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>The answer; UTF-8.</summary>
    public TextWriter Out { get; }

    /// <summary>What is said about the work.</summary>
    public TextWriter Error { get; }

    /// <summary>Asked to stop.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>True once something stands on standard output.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>The stream under <see cref="Out"/>, for writers that encode by themselves.</summary>
    public Stream Answer()
    {
        HasAnswered = true;
        Out.Flush();
        return _out;
    }

    /// <summary>Writes a line of the answer.</summary>
    public void WriteLine(string line = "")
    {
        HasAnswered = true;
        Out.WriteLine(line);
    }

    /// <summary>Writes the one JSON document.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write)
    {
        var stream = Answer();
        using (var json = new Utf8JsonWriter(stream, IsRedirected ? ForPeople with { Indented = false } : ForPeople))
        {
            write(json);
        }

        stream.Write("\n"u8);
        stream.Flush();
    }
}
