namespace Crm.Analytics.Warehouse.Declarations.Yaml;

/// <summary>Flow collections: <c>[a, b]</c> and <c>{a: 1, b: 2}</c>.</summary>
internal sealed partial class YamlParser
{
    private YamlNode Flow(int parent, int depth)
    {
        CheckDepth(depth);
        return Current == '[' ? FlowList(parent, depth) : FlowMap(parent, depth);
    }

    private YamlList FlowList(int parent, int depth)
    {
        var open = at++;
        var items = new List<YamlNode>();
        for (SkipInFlow(open, parent); Current != ']'; SkipInFlow(open, parent))
        {
            items.Add(FlowNode(parent, depth));
            SkipInFlow(open, parent);
            EndItem(open, ']', items[^1]);
        }

        at++;
        return new(Place(open), items);
    }

    private YamlMap FlowMap(int parent, int depth)
    {
        var open = at++;
        var entries = new List<KeyValuePair<YamlScalar, YamlNode>>();
        var lines = new Dictionary<string, int>();
        for (SkipInFlow(open, parent); Current != '}'; SkipInFlow(open, parent))
        {
            var start = at;
            var key = FlowNode(parent, depth) as YamlScalar ?? throw Wrong(start, "a list or mapping as a key", "a name as a key", "put quotes around it if it is text");
            SkipInFlow(open, parent);
            YamlNode value = Missing(at);
            if (Current == ':')
            {
                at++;
                SkipInFlow(open, parent);
                value = Current is ',' or '}' ? value : FlowNode(parent, depth);
                SkipInFlow(open, parent);
            }

            Add(entries, lines, key, value);
            EndItem(open, '}', value);
        }

        at++;
        return new(Place(open), entries);
    }

    private YamlNode FlowNode(int parent, int depth) => Current switch
    {
        '[' or '{' => Flow(parent, depth + 1),
        '"' or '\'' => QuotedScalar(parent),
        _ => PlainScalar(parent, inFlow: true),
    };

    private void EndItem(int open, char close, YamlNode item)
    {
        if (Current == ',')
        {
            at++;
        }
        else if (Current == ':')
        {
            throw Wrong(at, "a second ':' in an item", close == ']' ? "values, not keys, between [ and ]" : "one key and one value between commas",
                "put quotes around a value that contains ':'");
        }
        else if (Current != close)
        {
            throw Wrong(at, item is YamlScalar { Quoted: true } ? "text after the closing quote" : "text after the end of an item",
                $"',' or '{close}' (the '{text[open]}' is in line {Place(open).Line})", "add a comma, or put quotes around the whole value");
        }
    }

    /// <summary>Skips to the next character that counts. A line that is not deeper than the collection's own ends in the complaint that it was not closed.</summary>
    private void SkipInFlow(int open, int parent)
    {
        var line = LineIndex(at);
        SkipToContent();
        if (AtEnd || (LineIndex(at) > line && Column(at) <= parent && Current is not (']' or '}')))
        {
            throw Wrong(open, $"'{text[open]}' that is never closed", $"'{(text[open] == '[' ? ']' : '}')}' at the end of the collection", "add it");
        }
    }
}
