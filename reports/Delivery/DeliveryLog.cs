using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Reports.Delivery;

/// <summary>One report that was made: all that is needed to make the same again.</summary>
public sealed record DeliveryRecord
{
    /// <summary>Number, from 1.</summary>
    public int Id { get; init; }

    /// <summary>When, UTC.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The report.</summary>
    public string Report { get; init; } = "";

    /// <summary>Hash of its YAML, which is kept beside the record.</summary>
    public string Definition { get; init; } = "";

    /// <summary>The delivery; null for a report that was written by hand.</summary>
    public string? Delivery { get; init; }

    /// <summary>The recipient's member; null without a burst.</summary>
    public string? Value { get; init; }

    /// <summary>The dimension of that member.</summary>
    public string? By { get; init; }

    /// <summary>Language of the texts.</summary>
    public string Language { get; init; } = "en";

    /// <summary>Locale of numbers and dates.</summary>
    public string Locale { get; init; } = "";

    /// <summary>Currency.</summary>
    public string Currency { get; init; } = "";

    /// <summary>Name of the project.</summary>
    public string Project { get; init; } = "";

    /// <summary>Values of parameters.</summary>
    public Dictionary<string, string[]> Parameters { get; init; } = [];

    /// <summary>Contracts that sources filled.</summary>
    public string[] Filled { get; init; } = [];

    /// <summary>What stood over the report.</summary>
    public string? Notice { get; init; }

    /// <summary>The run whose data it shows; null when nothing was loaded.</summary>
    public int? Run { get; init; }

    /// <summary>Version of the program.</summary>
    public string Program { get; init; } = "";

    /// <summary>The files.</summary>
    public DeliveredFile[] Files { get; init; } = [];

    /// <summary>Where it went.</summary>
    public string[] Sent { get; init; } = [];

    /// <summary>delivered, written or failed.</summary>
    public string State { get; init; } = "";

    /// <summary>Why it failed; null when it did not.</summary>
    public string? Why { get; init; }
}

/// <summary>
/// The record of deliveries: <c>deliveries/log.jsonl</c>, one line each, only ever added to; the YAML of each report as it was, by its hash; and which alerts
/// were told. Safe for several processes.
/// </summary>
/// <param name="folder">The folder <c>deliveries</c> of a project.</param>
public sealed class DeliveryLog(string folder)
{
    /// <summary>The folder in a project.</summary>
    public const string Folder = "deliveries";

    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    private string LogFile => Path.Combine(folder, "log.jsonl");

    private string AlertFile => Path.Combine(folder, "alerts.json");

    /// <summary>All records, oldest first.</summary>
    public IReadOnlyList<DeliveryRecord> Read() => File.Exists(LogFile) ? Parse(File.ReadAllLines(LogFile)) : [];

    /// <summary>Adds a record and keeps its definition; answers it with its number.</summary>
    public DeliveryRecord Add(DeliveryRecord record, ReadOnlySpan<byte> definition)
    {
        Directory.CreateDirectory(Path.Combine(folder, "definitions"));
        var hash = Convert.ToHexStringLower(SHA256.HashData(definition));
        var kept = DefinitionFile(hash);
        if (!File.Exists(kept))
        {
            File.WriteAllBytes(kept, definition);
        }

        using var log = Hold(LogFile);
        using var reader = new StreamReader(log, leaveOpen: true);
        var text = reader.ReadToEnd();
        var numbered = record with { Id = Parse(text.Split('\n')).Select(r => r.Id).DefaultIfEmpty().Max() + 1, Definition = hash };

        // A process that died while writing left half a line: the next one begins on its own.
        log.Seek(0, SeekOrigin.End);
        log.Write(text.Length > 0 && text[^1] != '\n' ? "\n"u8 : default);
        log.Write(JsonSerializer.SerializeToUtf8Bytes(numbered, json));
        log.Write("\n"u8);
        log.Flush(flushToDisk: true);
        return numbered;
    }

    /// <summary>The report's YAML as it was.</summary>
    /// <exception cref="CrmException">It is no longer there, or was changed.</exception>
    public byte[] Definition(DeliveryRecord record)
    {
        var file = DefinitionFile(record.Definition);
        var bytes = File.Exists(file) ? File.ReadAllBytes(file) : null;
        return bytes is not null && Convert.ToHexStringLower(SHA256.HashData(bytes)) == record.Definition ? bytes : throw new CrmException(
            FailureKind.Failed, bytes is null ? "a definition that is not there" : "a definition that was changed", file, "the report's YAML as it was delivered",
            "Restore the folder deliveries from a backup");
    }

    /// <summary>True when an alert was told and has held since.</summary>
    public bool IsTold(string alert) => Alerts().ContainsKey(alert);

    /// <summary>Notes that an alert was told, or that it holds no more.</summary>
    public void Note(string alert, bool told, DateTimeOffset at)
    {
        Directory.CreateDirectory(folder);
        using var held = Hold(AlertFile + ".lock");
        var alerts = Alerts();
        if (told ? alerts.TryAdd(alert, at) : alerts.Remove(alert))
        {
            File.WriteAllBytes(AlertFile + ".part", JsonSerializer.SerializeToUtf8Bytes(alerts, json));
            File.Move(AlertFile + ".part", AlertFile, overwrite: true);
        }
    }

    private SortedDictionary<string, DateTimeOffset> Alerts() =>
        File.Exists(AlertFile) ? JsonSerializer.Deserialize<SortedDictionary<string, DateTimeOffset>>(File.ReadAllBytes(AlertFile), json)! : [];

    private string DefinitionFile(string hash) => Path.Combine(folder, "definitions", $"{hash}.yaml");

    private static List<DeliveryRecord> Parse(IEnumerable<string> lines)
    {
        var records = new List<DeliveryRecord>();
        foreach (var line in lines.Where(l => l.Length > 0))
        {
            try
            {
                records.Add(JsonSerializer.Deserialize<DeliveryRecord>(line, json)!);
            }
            catch (JsonException)
            {
                // Half a line of a process that died; what it delivered it could not note.
                continue;
            }
        }

        return records;
    }

    /// <summary>Opens a file for this process alone; another one has it for milliseconds only.</summary>
    private static FileStream Hold(string path)
    {
        const int tries = 200;
        for (var i = 0; ; i++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (i < tries)
            {
                Task.Delay(TimeSpan.FromMilliseconds(10)).Wait();
            }
        }
    }
}
