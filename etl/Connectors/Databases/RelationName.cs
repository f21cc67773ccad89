using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Etl.Connectors.Databases;

/// <summary>What a stream reads, as its <c>table</c> or <c>query</c> says.</summary>
internal static class RelationName
{
    /// <summary>The relation as FROM takes it.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="quote">Quotes a name as the database does.</param>
    /// <exception cref="CrmException">Neither is there, or both, or one is not well written.</exception>
    public static string Of(StreamContext stream, Func<string, string> quote)
    {
        var (table, query) = (stream.Stream.Options.GetValueOrDefault("table"), stream.Stream.Options.GetValueOrDefault("query"));
        return (table, query) switch
        {
            ({ } name, null) => string.Join('.', Parts(name.Text).Select(quote)),
            (null, { } select) => $"({SingleSelect.Check(select, stream.Name)}) AS {quote("query")}",
            _ => throw new CrmException(
                FailureKind.CheckFailed, table is null ? "neither table nor query" : "both table and query", $"{stream.Stream.Where} ({stream.Name})",
                "table: schema.table, or query: SELECT …", table is null ? "Add one" : "Remove one"),
        };
    }

    /// <summary>Splits <c>schema.table</c>; a part with a point in it stands in double quotes, as in <c>public."a.b"</c>.</summary>
    public static IReadOnlyList<string> Parts(string name)
    {
        var parts = new List<string>();
        var at = 0;
        while (at <= name.Length)
        {
            var part = at < name.Length && name[at] == '"' ? Quoted(name, ref at) : Plain(name, ref at);
            parts.Add(part);
            at++;
        }

        return parts;
    }

    private static string Plain(string name, ref int at)
    {
        var end = name.IndexOf('.', at);
        var part = end < 0 ? name[at..] : name[at..end];
        at = end < 0 ? name.Length : end;
        return part;
    }

    /// <summary>Up to the quote that is not doubled.</summary>
    private static string Quoted(string name, ref int at)
    {
        var part = new System.Text.StringBuilder();
        for (at++; at < name.Length; at++)
        {
            if (name[at] == '"' && (at + 1 >= name.Length || name[++at] != '"'))
            {
                break;
            }

            part.Append(name[at]);
        }

        at = Math.Max(at, name.IndexOf('.', Math.Min(at, name.Length)) is >= 0 and var point ? point : name.Length);
        return part.ToString();
    }

    /// <summary>A name as <see cref="Parts"/> reads it back.</summary>
    public static string Written(params IEnumerable<string> parts) =>
        string.Join('.', parts.Select(p => p.AsSpan().IndexOfAny('.', '"') < 0 ? p : $"\"{p.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
}
