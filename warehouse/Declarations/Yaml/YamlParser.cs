namespace Crm.Analytics.Warehouse.Declarations.Yaml;

/// <summary>
/// Parses one YAML document: block and flow collections, plain and quoted scalars over one or more lines, block scalars, comments (YAML 1.2, chapters
/// 6–8, compared with YamlDotNet by a test). Written for the start of a process: YamlDotNet's parser alone takes longer to be compiled than all
/// else a small query does.
/// </summary>
internal sealed partial class YamlParser
{
    private const int MaxDepth = 32;

    private readonly string file;
    private readonly string text;
    private readonly List<Problem> problems;
    private readonly List<int> lineStarts = [0];
    private int at;

    private YamlParser(string file, string text, List<Problem> problems)
    {
        (this.file, this.text, this.problems) = (file, text, problems);
        for (var i = text.IndexOf('\n'); i >= 0; i = text.IndexOf('\n', i + 1))
        {
            lineStarts.Add(i + 1);
        }
    }

    /// <summary>Parses a text whose lines end in <c>\n</c>. Null, and a problem, when it is not one document.</summary>
    public static YamlNode? Parse(string file, string text, List<Problem> problems)
    {
        try
        {
            return new YamlParser(file, text, problems).Document();
        }
        catch (NotYamlException e)
        {
            problems.Add(e.Problem);
            return null;
        }
    }

    private YamlNode? Document()
    {
        SkipToContent();
        if (IsMarker('-'))
        {
            at += 3;
            EndLine();
            SkipToContent();
        }

        if (AtEnd)
        {
            problems.Add(new(new(file, 0, 0), "an empty file", "a declaration", "write one, or delete the file"));
            return null;
        }

        var root = Block(-1, 0);
        SkipToContent();
        if (IsMarker('.'))
        {
            at += 3;
            EndLine();
            SkipToContent();
        }

        if (at < text.Length)
        {
            throw IsMarker('-') ? Wrong(at, "a second YAML document", "one document in a file", "move what follows `---` to a file of its own")
                : Wrong(at, "text that belongs to nothing above it", "lines of one level to begin in one column", "align the line with those it belongs to");
        }

        return root;
    }

    /// <summary>What stands at the current place, which is deeper than column <paramref name="parent"/>.</summary>
    private YamlNode Block(int parent, int depth)
    {
        CheckDepth(depth);
        return IsDash() ? Sequence(Column(at), depth) : IsKey() ? Mapping(Column(at), depth) : Inline(parent, depth);
    }

    private YamlList Sequence(int column, int depth)
    {
        CheckDepth(depth);
        var where = Place(at);
        var items = new List<YamlNode>();
        do
        {
            at++;
            var after = at;
            SkipBlanks();
            items.Add(AtLineEnd ? BelowOr(column, after, depth, orListAt: -1) : Block(column, depth + 1));
        }
        while (NextLine(column) && (IsDash() ? true : IsMappingAround(column)));
        return new(where, items);
    }

    /// <summary>A list may stand in the same column as the key it belongs to; then a key in that column ends it.</summary>
    private bool IsMappingAround(int column) => IsKey() ? false
        : throw Wrong(at, "text between the items of a list", "`- ` before each item", $"begin it with `- ` in column {column + 1}");

    private YamlMap Mapping(int column, int depth)
    {
        var where = Place(at);
        var entries = new List<KeyValuePair<YamlScalar, YamlNode>>();
        var lines = new Dictionary<string, int>();
        do
        {
            if (IsDash() || !IsKey())
            {
                throw Wrong(at, IsDash() ? "a list item among keys" : "text without ':' among keys", "`key: value`",
                    "write a key and a colon before it, or indent it if it belongs to the line above");
            }

            var key = Current is '"' or '\'' ? QuotedScalar(column - 1) : PlainScalar(column, inFlow: false);
            SkipBlanks();
            var after = ++at;
            SkipBlanks();
            Add(entries, lines, key, AtLineEnd ? BelowOr(column, after, depth, orListAt: column) : ValueInLine(column, depth));
        }
        while (NextLine(column));
        return new(where, entries);
    }

    private YamlNode ValueInLine(int column, int depth) => IsDash()
        ? throw Wrong(at, "a list item in the line of its key", "list items in lines of their own, or [a, b]", "begin a new line before it")
        : Inline(column, depth + 1);

    /// <summary>The block in the lines below when it is deeper than <paramref name="column"/>, else a missing value.</summary>
    private YamlNode BelowOr(int column, int after, int depth, int orListAt)
    {
        SkipToContent();
        if (!AtEnd && Column(at) > column)
        {
            return Block(column, depth + 1);
        }

        return !AtEnd && Column(at) == orListAt && IsDash() ? Sequence(orListAt, depth + 1) : Missing(after);
    }

    /// <summary>A scalar or flow collection that begins here; nothing may follow it in its last line.</summary>
    private YamlNode Inline(int parent, int depth)
    {
        if (Current is '|' or '>')
        {
            return BlockScalar(parent);
        }

        var node = Current switch
        {
            '[' or '{' => Flow(parent, depth),
            '"' or '\'' => QuotedScalar(parent),
            _ => (YamlNode)PlainScalar(parent, inFlow: false),
        };
        EndLine();
        return node;
    }

    private void Add(List<KeyValuePair<YamlScalar, YamlNode>> entries, Dictionary<string, int> lines, YamlScalar key, YamlNode value)
    {
        if (lines.TryAdd(key.Text, key.Where.Line))
        {
            entries.Add(new(key, value));
            return;
        }

        problems.Add(new(key.Where, $"key {Quoted.Text(key.Text)} for the second time", $"each key once (the first is in line {lines[key.Text]})",
            "remove one of the two"));
    }

    private YamlScalar Missing(int offset) => new(Place(offset), "", false, 0);

    private void CheckDepth(int depth)
    {
        if (depth > MaxDepth)
        {
            throw Wrong(at, $"more than {MaxDepth} levels", "a declaration, which has few", "check that this is the file you meant");
        }
    }
}
