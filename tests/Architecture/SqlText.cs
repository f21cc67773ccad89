using System.Text.RegularExpressions;

namespace Crm.Analytics.Tests.Architecture;

/// <summary>
/// The tables an SQL file reads and writes, found in its text: names after FROM, JOIN, USING, INSERT INTO, UPDATE, DELETE FROM, MERGE INTO, CREATE and
/// DROP. Placeholders such as <c>{table}</c> are names too; common table expressions, table functions and temporary tables that the file itself makes are not.
/// </summary>
internal sealed partial class SqlText
{
    private static readonly HashSet<string> NotTables = new(StringComparer.OrdinalIgnoreCase)
    {
        "select", "values", "lateral", "unnest", "where", "on", "using", "set", "distinct", "(", ")", ",", ";", "from", "with",
    };

    // FROM inside these calls belongs to the call.
    private static readonly HashSet<string> CallsWithFrom = new(StringComparer.OrdinalIgnoreCase) { "extract", "trim", "substring", "overlay", "position" };

    private static readonly HashSet<string> ClauseEnds = new(StringComparer.OrdinalIgnoreCase)
    {
        "where", "group", "order", "having", "limit", "qualify", "window", "union", "except", "intersect", "returning", "when", "set", ";",
    };

    private readonly List<string> _tokens;
    private readonly HashSet<string> _reads = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _writes = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _named = new(StringComparer.OrdinalIgnoreCase);

    private SqlText(string sql) => _tokens = [.. Token().Matches(Blank().Replace(Part().Replace(sql, ";"), " ")).Select(m => m.Value)];

    /// <summary>What is read, what is written, and the names that are the text's own: common table expressions and temporary tables.</summary>
    public static (IReadOnlySet<string> Reads, IReadOnlySet<string> Writes, IReadOnlySet<string> Own) TablesOf(string sql)
    {
        var text = new SqlText(sql);
        text.FindNamed();
        text.Find();
        text._reads.ExceptWith(text._named);
        text._writes.ExceptWith(text._named);
        return (text._reads, text._writes, text._named);
    }

    private string At(int i) => i >= 0 && i < _tokens.Count ? _tokens[i] : "";

    private bool Is(int i, string word) => string.Equals(At(i), word, StringComparison.OrdinalIgnoreCase);

    // name AS [NOT] [MATERIALIZED] ( SELECT … — a common table expression; name(columns) AS ( … too.
    private void FindNamed()
    {
        for (var i = 0; i < _tokens.Count; i++)
        {
            if (!(Is(i, "with") || Is(i, "recursive") || At(i) == ",") || !IsName(At(i + 1)))
            {
                continue;
            }

            var next = At(i + 2) == "(" ? Closing(i + 2) + 1 : i + 2;
            while (Is(next, "as") || Is(next, "not") || Is(next, "materialized"))
            {
                next++;
            }

            if (next > i + 2 && At(next) == "(" && Is(next - 1, "as") | Is(next - 1, "materialized"))
            {
                _named.Add(At(i + 1));
            }
        }
    }

    private int Closing(int open)
    {
        var depth = 0;
        for (var i = open; i < _tokens.Count; i++)
        {
            depth += At(i) switch { "(" => 1, ")" => -1, _ => 0 };
            if (depth == 0)
            {
                return i;
            }
        }

        return _tokens.Count;
    }

    private void Find()
    {
        for (var i = 0; i < _tokens.Count; i++)
        {
            switch (At(i).ToLowerInvariant())
            {
                case "from" when Is(i - 1, "delete"):
                case "into" when Is(i - 1, "insert") || Is(i - 1, "merge") || Is(i - 1, "replace"):
                    Add(_writes, i + 1);
                    break;
                case "update" when !Is(i - 1, "then") && !Is(i - 1, "do"):
                    Add(_writes, i + 1);
                    break;
                case "table" or "view" when IsDefinition(i):
                    Add(Is(i - 1, "temp") || Is(i - 1, "temporary") ? _named : _writes, AfterExists(i + 1));
                    break;
                case "from" when !Is(i - 1, "distinct") && !CallsWithFrom.Contains(Caller(i)):
                case "join":
                case "using" when At(i + 1) != "(":
                    AddList(i + 1);
                    break;
            }
        }
    }

    private bool IsDefinition(int table)
    {
        for (var i = table - 1; i >= Math.Max(0, table - 4); i--)
        {
            if (Is(i, "create") || Is(i, "drop") || Is(i, "alter"))
            {
                return true;
            }
        }

        return false;
    }

    private int AfterExists(int i)
    {
        while (Is(i, "if") || Is(i, "not") || Is(i, "exists"))
        {
            i++;
        }

        return i;
    }

    // The name before the innermost open parenthesis.
    private string Caller(int from)
    {
        var depth = 0;
        for (var i = from; i >= 0; i--)
        {
            depth += At(i) switch { ")" => 1, "(" => -1, _ => 0 };
            if (depth < 0)
            {
                return At(i - 1);
            }
        }

        return "";
    }

    // from a [as] x, b join c using (k), d: the name after FROM, and each after a comma of the same depth until the clause ends.
    private void AddList(int i)
    {
        Add(_reads, i);
        for (var depth = 0; i < _tokens.Count && depth >= 0 && !(depth == 0 && ClauseEnds.Contains(At(i))); i++)
        {
            depth += At(i) switch { "(" => 1, ")" => -1, _ => 0 };
            if (depth == 0 && At(i) == ",")
            {
                Add(_reads, i + 1);
            }
        }
    }

    private void Add(HashSet<string> names, int i)
    {
        if (IsName(At(i)) && !NotTables.Contains(At(i)) && At(i + 1) is var next && (next != "(" || names != _reads))
        {
            names.Add(At(i).Replace("\"", "", StringComparison.Ordinal));
        }
    }

    private static bool IsName(string token) => token.Length > 0 && (char.IsLetter(token[0]) || token[0] is '_' or '{' or '"');

    // A file of several statements names each: -- part: NAME.
    [GeneratedRegex(@"^-- part:.*$", RegexOptions.Multiline)]
    private static partial Regex Part();

    [GeneratedRegex(@"--[^\n]*|/\*[\s\S]*?\*/|'(?:[^']|'')*'")]
    private static partial Regex Blank();

    [GeneratedRegex("""(?:[A-Za-z_]\w*|"[^"]+"|\{\w+\})(?:\.?(?:[A-Za-z_]\w*|"[^"]+"|\{\w+\}))*|\d+(?:\.\d+)?|\$\w+|\S""")]
    private static partial Regex Token();
}
