using System.Text.Json;

namespace Crm.Analytics.Warehouse.Engines;

/// <summary>A file of an export.</summary>
/// <param name="Path">Its path within the export, with slashes.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Hash of its content, lower-case hexadecimal.</param>
public sealed record ExportedFile(string Path, long Bytes, string Sha256);

/// <summary>A table of an export.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Grain">What one row means.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Columns">Its columns with their types, in order; of facts, <c>year</c> stands in the folders' names.</param>
/// <param name="Files">Its files.</param>
public sealed record ExportedTable(string Name, string Grain, long Rows, IReadOnlyList<(string Name, string Type)> Columns, IReadOnlyList<ExportedFile> Files);

/// <summary>What an export holds.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Run">The run whose state it is.</param>
/// <param name="Tables">Its tables.</param>
public sealed record StarManifest(string Folder, int Run, IReadOnlyList<ExportedTable> Tables)
{
    /// <summary>The manifest's own file; it is written last, so that an export without it is not whole.</summary>
    public const string FileName = "manifest.json";

    /// <summary>Writes it as JSON.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("run", Run);
        json.WriteStartArray("tables");
        foreach (var table in Tables)
        {
            json.WriteStartObject();
            json.WriteString("name", table.Name);
            json.WriteString("grain", table.Grain);
            json.WriteNumber("rows", table.Rows);
            json.WriteStartObject("columns");
            foreach (var (name, type) in table.Columns)
                json.WriteString(name, type);
            json.WriteEndObject();
            json.WriteStartArray("files");
            foreach (var file in table.Files)
            {
                json.WriteStartObject();
                json.WriteString("path", file.Path);
                json.WriteNumber("bytes", file.Bytes);
                json.WriteString("sha256", file.Sha256);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
