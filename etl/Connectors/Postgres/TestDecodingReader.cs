namespace Crm.Analytics.Etl.Connectors.Postgres;

/// <summary>
/// Reads the lines of test_decoding, as <c>table public.t: UPDATE: old-key: id[integer]:1 new-tuple: id[integer]:2 name[text]:'it''s'</c>. Names are quoted as in
/// SQL where they need it, texts in single quotes with quotes doubled.
/// </summary>
internal sealed class TestDecodingReader : IChangeReader
{
    private string line = "";
    private int at;

    public string PeekPart => "peek test_decoding";

    public IEnumerable<ChangeRecord> Read(object data)
    {
        (line, at) = ((string)data, 0);
        return line.StartsWith("BEGIN", StringComparison.Ordinal) ? [new(ChangeKind.Begin, "", null, null)]
            : line.StartsWith("COMMIT", StringComparison.Ordinal) ? [new(ChangeKind.Commit, "", null, null)]
            : line.StartsWith("table ", StringComparison.Ordinal) ? Change() : [];
    }

    private List<ChangeRecord> Change()
    {
        at = "table ".Length;
        var tables = new List<string>();
        do
        {
            var schema = Name();
            at++;
            tables.Add($"{schema}.{Name()}");
        }
        while (Skip(", "));
        Skip(": ");
        if (Skip("TRUNCATE:"))
        {
            return tables.ConvertAll(t => new ChangeRecord(ChangeKind.Truncate, t, null, null));
        }

        var kind = Skip("INSERT:") ? ChangeKind.Insert : Skip("UPDATE:") ? ChangeKind.Update : ChangeKind.Delete;
        if (kind == ChangeKind.Delete)
        {
            Skip("DELETE:");
        }

        var old = Skip(" old-key:") ? Tuple() : null;
        Skip(" new-tuple:");
        return [kind == ChangeKind.Delete ? new(kind, tables[0], Tuple(), null) : new(kind, tables[0], old, Tuple())];
    }

    private Dictionary<string, ChangedValue> Tuple()
    {
        var values = new Dictionary<string, ChangedValue>(StringComparer.Ordinal);
        while (at < line.Length && line[at] == ' ' && !line.AsSpan(at).StartsWith(" new-tuple:") && !line.AsSpan(at).StartsWith(" (no-tuple-data)"))
        {
            at++;
            var name = Name();
            SkipType();
            values[name] = Value();
        }

        if (line.AsSpan(Math.Min(at, line.Length)).StartsWith(" (no-tuple-data)"))
        {
            at = line.Length;
        }

        return values;
    }

    /// <summary>A name, up to the mark behind it; in double quotes where it needs them.</summary>
    private string Name()
    {
        if (line[at] == '"')
        {
            return Quoted('"');
        }

        var end = line.AsSpan(at).IndexOfAny(".[:,");
        var name = line.Substring(at, end);
        at += end;
        return name;
    }

    /// <summary>The type in brackets; that of an array has brackets of its own.</summary>
    private void SkipType()
    {
        var depth = 0;
        do
        {
            depth += line[at] switch { '[' => 1, ']' => -1, _ => 0 };
            at++;
        }
        while (depth > 0);
        at++;
    }

    private ChangedValue Value()
    {
        if (Skip("unchanged-toast-datum"))
        {
            return new(null, true);
        }

        if (line[at] == '\'')
        {
            return new(Quoted('\''), false);
        }

        if (Skip("B'"))
        {
            at--;
            return new(Quoted('\''), false);
        }

        var end = line.IndexOf(' ', at);
        var text = end < 0 ? line[at..] : line[at..end];
        at += text.Length;
        return text switch { "null" => new(null, false), "true" => new("t", false), "false" => new("f", false), _ => new(text, false) };
    }

    private string Quoted(char quote)
    {
        var text = new System.Text.StringBuilder();
        for (at++; at < line.Length; at++)
        {
            if (line[at] == quote)
            {
                if (at + 1 >= line.Length || line[at + 1] != quote)
                {
                    break;
                }

                at++;
            }

            text.Append(line[at]);
        }

        at++;
        return text.ToString();
    }

    private bool Skip(string word)
    {
        var isThere = line.AsSpan(Math.Min(at, line.Length)).StartsWith(word, StringComparison.Ordinal);
        at += isThere ? word.Length : 0;
        return isThere;
    }
}
