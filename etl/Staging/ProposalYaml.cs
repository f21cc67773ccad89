using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Staging;

/// <summary>Writes a proposed source as the YAML file that a person then reads: what is sure plainly, what is guessed with a comment.</summary>
public static partial class ProposalYaml
{
    /// <summary>The text of the file.</summary>
    /// <param name="name">Name of the source.</param>
    /// <param name="connector">Its connector.</param>
    /// <param name="options">Options at source level.</param>
    /// <param name="streams">Its streams.</param>
    public static string Write(string name, string connector, IReadOnlyDictionary<string, string> options, IReadOnlyList<StreamProposal> streams)
    {
        var yaml = new StringBuilder();
        yaml.Append(CultureInfo.InvariantCulture, $"source: {name}\nconnector: {connector}\n");
        foreach (var (key, value) in options)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"{key}: {Scalar(value)}\n");
        }

        yaml.Append("streams:\n");
        foreach (var stream in streams)
        {
            WriteStream(yaml, stream);
        }

        var maps = streams.Where(s => !s.BearsTheNames).SelectMany(s => s.Maps.Select(m => (Stream: s, Map: m))).ToList();
        if (maps.Count > 0)
        {
            // One map for each contract: the stream that fills it best.
            yaml.Append("map:\n");
            foreach (var group in maps.GroupBy(m => m.Map.Contract.Name))
            {
                var (stream, map) = group.MaxBy(m => m.Map.Matches.Sum(x => x.Confidence));
                WriteMap(yaml, stream, map);
            }
        }

        return yaml.ToString();
    }

    private static void WriteStream(StringBuilder yaml, StreamProposal stream)
    {
        yaml.Append(CultureInfo.InvariantCulture, $"  {stream.Name}:\n");
        foreach (var (key, value) in stream.Options)
        {
            var items = value.Split('\n').Select(Scalar).ToList();
            yaml.Append(CultureInfo.InvariantCulture, $"    {key}: {(items.Count == 1 ? items[0] : $"[{string.Join(", ", items)}]")}\n");
        }

        if (stream.Key.Count > 0)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"    key: [{string.Join(", ", stream.Key.Select(Scalar))}]\n");
        }
        else if (!stream.BearsTheNames && stream.Columns.FirstOrDefault(c => c.IsUnique && Names.Mentions(c.Name, "id", "no", "nr", "number", "key", "code", "nummer")) is { } unique)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"    # key: {Scalar(unique.Name)}   (different in each of {stream.Records:N0} records; say so if it always is)\n");
        }

        if (stream.Cursor is { } cursor)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"    cursor: {Scalar(cursor)}\n");
        }

        var typed = stream.Columns.Where(c => IsDeclared(stream, c)).ToList();
        if (typed.Count > 0)
        {
            yaml.Append("    columns:\n");
            typed.ForEach(c => WriteType(yaml, c));
        }
    }

    /// <summary>A type needs saying where text has to be read in another way than ISO 8601 and plain numbers.</summary>
    private static bool IsDeclared(StreamProposal stream, ColumnProfile column) => column.RawType == "VARCHAR" && !column.DecimalComma
        && (column.Format is not null || (!stream.BearsTheNames && column.Type.Kind != TypeKind.Text && stream.Maps.SelectMany(m => m.Matches).Any(m => m.Raw == column && m.Column.Type.Kind != TypeKind.Text)));

    private static void WriteType(StringBuilder yaml, ColumnProfile column)
    {
        var type = column.Type.Kind == TypeKind.Decimal ? $"\"{column.Type}\"" : $"{column.Type}";
        yaml.Append(CultureInfo.InvariantCulture, $"      {Scalar(column.Name)}: ");
        yaml.Append(column.Format is null ? type : $"{{type: {type}, format: \"{column.Format}\"}}");
        yaml.Append(column.OtherFormat is null ? "\n" : $"   # {column.OtherFormat} reads all of them as well: which is it?\n");
    }

    private static void WriteMap(StringBuilder yaml, StreamProposal stream, MapProposal map)
    {
        yaml.Append(CultureInfo.InvariantCulture, $"  {map.Contract.Name}:\n    from: {stream.Name}\n");
        if (map.Filter is not null)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"    where: {Scalar(map.Filter)}\n");
        }

        foreach (var match in map.Matches)
        {
            var sure = match.Confidence >= 0.9 ? "" : string.Create(CultureInfo.InvariantCulture, $"   # {match.Confidence * 100:0} %: {match.Why}");
            yaml.Append(CultureInfo.InvariantCulture, $"    {match.Column.Name}: {Scalar(match.Expression)}{sure}\n");
        }

        foreach (var missing in map.Missing)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"    # {missing}:   required, and no column looks like it\n");
        }

        if (map.Unmapped.Count > 0)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"    # nothing found for: {string.Join(", ", map.Unmapped)}\n");
        }
    }

    /// <summary>A text as YAML reads it back, in quotes where it must be.</summary>
    public static string Scalar(string text) => Plain().IsMatch(text) && !Special().IsMatch(text)
        ? text : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";

    [GeneratedRegex(@"^[\p{L}\d_./$][\p{L}\d_./*+$()' -]*(?<! )$")]
    private static partial Regex Plain();

    [GeneratedRegex(@"^(true|false|null|yes|no|on|off|~)$|^[\d.+-]+$", RegexOptions.IgnoreCase)]
    private static partial Regex Special();
}
