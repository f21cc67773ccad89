using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Landing;

/// <summary>
/// The folder of landed batches: <c>landing/source/stream/id.parquet</c> with its manifest <c>id.json</c>. A batch exists when its manifest does:
/// both are written under temporary names, the rows are renamed first and the manifest last, so a killed run leaves a whole batch or none.
/// The same new files make the same id, so the run after finds what landed and does not read it twice.
/// One run at a time writes (the warehouse has one writer too).
/// </summary>
/// <param name="folder">Full path of the landing folder.</param>
public sealed class LandingStore(string folder)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Full path of the landing folder.</summary>
    public string Folder { get; } = folder;

    /// <summary>The key that batches are encrypted with, rows and manifests; null: they are in the clear. Sessions that read and write them have the same.</summary>
    public DataKey? Key { get; init; }

    /// <summary>The id of the batch that these facts make: equal facts, equal id.</summary>
    /// <param name="facts">All that decides what the batch will hold: how it is read, and the fingerprints of what is read.</param>
    public static string BatchId(IEnumerable<string> facts)
    {
        var text = JsonSerializer.Serialize(facts);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..24];
    }

    /// <summary>The batch with this id, or null when it has not landed.</summary>
    /// <exception cref="CrmException">It is damaged, or it is in the clear and should not be, or the other way round.</exception>
    public LandedBatch? Find(string source, string stream, string id)
    {
        var manifest = Name(source, stream, id, "json");
        var parquet = Name(source, stream, id, "parquet");
        if (!File.Exists(manifest) || !File.Exists(parquet))
        {
            return null;
        }

        try
        {
            return Placed(JsonSerializer.Deserialize<LandedBatch>(Open(File.ReadAllBytes(manifest), manifest, NameOf(source, stream, id)), Json)!, parquet);
        }
        catch (JsonException e)
        {
            throw new CrmException(
                FailureKind.Failed, $"the manifest is damaged ({e.Message})", manifest, "the manifest as it was written",
                "Delete the file, and the batch is read again from its source", e);
        }
    }

    /// <summary>
    /// Has the list of a source's keys written, and answers its file. It belongs to the run that asked: the next one writes another in its place.
    /// </summary>
    public string WriteKeys(string source, string stream, Action<string> write)
    {
        var path = Path.Combine(Place(source, stream), "keys.parquet");
        Directory.CreateDirectory(Place(source, stream));
        write(path);
        return path;
    }

    /// <summary>Takes a batch away that nothing refers to: its content was known already, or it was only tried.</summary>
    public void Discard(string source, string stream, string id)
    {
        // The manifest goes first: without it the rows are nobody's.
        File.Delete(Name(source, stream, id, "json"));
        File.Delete(Name(source, stream, id, "parquet"));
    }

    /// <summary>Ids of all landed batches of a stream, in ordinal order.</summary>
    public IReadOnlyList<string> Batches(string source, string stream)
    {
        var place = Place(source, stream);
        return Directory.Exists(place)
            ? [.. Directory.EnumerateFiles(place, "*.json").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!]
            : [];
    }

    /// <summary>
    /// Writes a batch. <paramref name="write"/> gets the name of the Parquet file to write and a folder for its temporary files; whatever a
    /// killed run left unfinished in this stream is removed first. When it throws, nothing is left behind.
    /// </summary>
    public LandedBatch Write(string source, string stream, string id, Func<string, string, LandedBatch> write)
    {
        var work = Path.Combine(Place(source, stream), ".tmp");
        Sweep(work);
        try
        {
            Directory.CreateDirectory(work);
            var batch = write(Path.Combine(work, $"{id}.parquet"), work);
            var manifest = Path.Combine(work, $"{id}.json");
            using (var file = new FileStream(manifest, FileMode.Create))
            {
                if (Key is null)
                {
                    JsonSerializer.Serialize(file, batch, Json);
                }
                else
                {
                    file.Write(Key.Seal(JsonSerializer.SerializeToUtf8Bytes(batch, Json), NameOf(source, stream, id)));
                }

                file.Flush(flushToDisk: true);
            }

            FlushToDisk(batch.ParquetPath);
            var landed = Name(source, stream, id, "parquet");
            File.Move(batch.ParquetPath, landed, overwrite: true);
            File.Move(manifest, Name(source, stream, id, "json"), overwrite: true);
            return Placed(batch, landed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" })
        {
            // The last is how the runtime says that a file may grow no more.
            throw new CrmException(
                FailureKind.Failed, e.Message, Place(source, stream), "a folder that can be written, with room for the data",
                "Free space or correct the folder's permissions, then run again; nothing was lost", e);
        }
        finally
        {
            Sweep(work);
        }
    }

    /// <summary>What a manifest is sealed for.</summary>
    public static string NameOf(string source, string stream, string id) => $"landing/{source}/{stream}/{id}";

    private LandedBatch Placed(LandedBatch batch, string path) => batch with { ParquetPath = path, ReadOption = Key?.ReadOption ?? "" };

    private byte[] Open(byte[] content, string manifest, string name)
    {
        var isSealed = DataKey.IsSealed(content);
        if (isSealed != Key is not null)
        {
            throw new CrmException(
                FailureKind.CheckFailed, isSealed ? "what landed is encrypted" : "what landed is in the clear", manifest, "a landing that is as `privacy: {encrypt: …}` in crm.yaml says",
                "`crm encrypt` brings the project's files to what crm.yaml says. Nothing was changed");
        }

        return Key is null ? content : Key.TryOpen(content, name, out var opened) ? opened : throw new CrmException(
            FailureKind.CheckFailed, "what landed is encrypted with another key, or was changed", manifest, "the key that it was landed with", "Bring that key back, or restore a backup. Nothing was changed");
    }

    private static void FlushToDisk(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    private static void Sweep(string work)
    {
        try
        {
            Directory.Delete(work, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing there, or it cannot be removed now: the next write sweeps again, and no reader looks in here.
        }
    }

    private string Place(string source, string stream) => Path.Combine(Folder, source, stream);

    private string Name(string source, string stream, string id, string extension) => Path.Combine(Place(source, stream), $"{id}.{extension}");
}
