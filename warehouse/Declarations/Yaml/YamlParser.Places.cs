namespace Crm.Analytics.Warehouse.Declarations.Yaml;

/// <summary>Moving through the text, and telling where one is.</summary>
internal sealed partial class YamlParser
{
    private char Current => at < text.Length ? text[at] : '\0';

    /// <summary>True at the end of the text or of the document.</summary>
    private bool AtEnd => at >= text.Length || IsMarker('-') || IsMarker('.');

    /// <summary>True when nothing but a comment is left in the line; blanks were skipped.</summary>
    private bool AtLineEnd => at >= text.Length || text[at] == '\n' || IsComment();

    private bool IsBlank(int i) => i >= text.Length || text[i] is ' ' or '\t' or '\n';

    private bool IsComment() => Current == '#' && (at == 0 || IsBlank(at - 1));

    private bool IsDash() => Current == '-' && IsBlank(at + 1);

    /// <summary><c>---</c> or <c>...</c> at the beginning of a line.</summary>
    private bool IsMarker(char c) => IsMarker(c, at);

    private bool IsMarker(char c, int i) => i + 2 < text.Length && text[i] == c && text[i + 1] == c && text[i + 2] == c && IsBlank(i + 3)
        && (i == 0 || text[i - 1] == '\n');

    /// <summary>True when a scalar and a colon stand here in one line.</summary>
    private bool IsKey()
    {
        var i = at;
        if (Current is '[' or '{' or '|' or '>')
        {
            return false;
        }

        if (Current is '"' or '\'')
        {
            for (i++; i < text.Length && text[i] != '\n' && text[i] != Current; i++)
            {
                i += text[i] == '\\' && Current == '"' ? 1 : 0;
            }

            for (i++; i < text.Length && text[i] is ' ' or '\t'; i++)
            {
            }

            return i < text.Length && text[i] == ':' && IsBlank(i + 1);
        }

        for (; i < text.Length && text[i] != '\n' && !(text[i] == '#' && i > at && IsBlank(i - 1)); i++)
        {
            if (text[i] == ':' && IsBlank(i + 1))
            {
                return true;
            }
        }

        return false;
    }

    private void SkipBlanks()
    {
        while (Current is ' ' or '\t')
        {
            at++;
        }
    }

    /// <summary>Skips blanks, comments and line ends.</summary>
    private void SkipToContent()
    {
        while (true)
        {
            SkipBlanks();
            if (IsComment())
            {
                var end = text.IndexOf('\n', at);
                at = end < 0 ? text.Length : end;
            }

            if (Current != '\n')
            {
                return;
            }

            at++;
        }
    }

    /// <summary>Moves to the next content; true when it stands in the column, false when it ends the block of that column.</summary>
    private bool NextLine(int column)
    {
        SkipToContent();
        if (AtEnd || Column(at) < column)
        {
            return false;
        }

        return Column(at) == column ? true : throw Wrong(at, "a line that is indented deeper than those before it",
            $"column {column + 1}, as the lines of its level", "align the line, or quote the value above if it goes on here");
    }

    /// <summary>Goes to the end of the line, where only a comment may stand.</summary>
    private void EndLine()
    {
        SkipBlanks();
        if (!AtLineEnd)
        {
            throw Wrong(at, "text after the end of a value", "a new line", Current == ':'
                ? "put quotes around a value that contains ': '" : "put quotes around the whole value, or begin a new line");
        }

        var end = text.IndexOf('\n', at);
        at = end < 0 ? text.Length : end;
    }

    /// <summary>Column of an offset, from 0.</summary>
    private int Column(int offset) => offset - lineStarts[LineIndex(offset)];

    private SourceLocation Place(int offset)
    {
        var line = LineIndex(offset);
        return new(file, line + 1, offset - lineStarts[line] + 1);
    }

    private int LineIndex(int offset)
    {
        var found = lineStarts.BinarySearch(offset);
        return found >= 0 ? found : ~found - 1;
    }

    private NotYamlException Wrong(int offset, string found, string expected, string next) => new(new(Place(offset), found, expected, next));

    /// <summary>Ends the parsing of a file; never leaves this class.</summary>
    private sealed class NotYamlException(Problem problem) : Exception
    {
        public Problem Problem { get; } = problem;
    }
}
