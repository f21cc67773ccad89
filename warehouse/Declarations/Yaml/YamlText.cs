using System.Text;

namespace Crm.Analytics.Warehouse.Declarations.Yaml;

/// <summary>From bytes to text: what must be right before YAML can be read at all.</summary>
internal static class YamlText
{
    /// <summary>Largest file read, in bytes; declarations are written by people.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>The text of a file, its lines ending in <c>\n</c>; or null and a problem.</summary>
    public static string? Decode(string file, byte[] bytes, List<Problem> problems)
    {
        var content = bytes.AsSpan();
        if (content.StartsWith<byte>([0xEF, 0xBB, 0xBF]))
        {
            content = content[3..];
        }

        Problem? problem = null;
        if (bytes.Length > MaxBytes)
        {
            problem = new Problem(new(file, 0, 0), $"{bytes.Length} bytes", $"at most {MaxBytes} bytes",
                "check that this is the file you meant, or split it");
        }
        else if (content.IndexOfAnyInRange((byte)1, (byte)8) is >= 0 and var control)
        {
            problem = new Problem(PlaceOf(file, content, control), $"the control character 0x{content[control]:X2}", "readable text", "remove it");
        }
        else if (FirstInvalidByte(content) is { } at)
        {
            var utf16 = content.StartsWith<byte>([0xFF, 0xFE]) || content.StartsWith<byte>([0xFE, 0xFF]);
            problem = new Problem(PlaceOf(file, content, at), $"byte 0x{content[at]:X2}, which is not UTF-8 text{(utf16 ? " (the file looks like UTF-16)" : "")}",
                "a text file in UTF-8", "save the file again with encoding UTF-8");
        }

        if (problem is not null)
        {
            problems.Add(problem);
            return null;
        }

        var text = Encoding.UTF8.GetString(content);
        if (text.Contains('\r'))
        {
            text = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        }

        return HasTabIndentation(file, text, problems) ? null : text;
    }

    private static int? FirstInvalidByte(ReadOnlySpan<byte> content)
    {
        var at = content.IndexOf((byte)0);
        if (at < 0 && System.Text.Unicode.Utf8.IsValid(content))
        {
            return null;
        }

        for (var i = 0; i < content.Length;)
        {
            if (content[i] == 0 || Rune.DecodeFromUtf8(content[i..], out _, out var length) != System.Buffers.OperationStatus.Done)
            {
                return i;
            }

            i += length;
        }

        return null;
    }

    private static SourceLocation PlaceOf(string file, ReadOnlySpan<byte> content, int at)
    {
        var before = content[..at];
        var lineStart = before.LastIndexOf((byte)'\n') + 1;
        return new(file, before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[lineStart..]) + 1);
    }

    /// <summary>Tabs before the first word of a line mean different depths to different people, so they are refused everywhere.</summary>
    private static bool HasTabIndentation(string file, string text, List<Problem> problems)
    {
        if (!text.Contains('\t'))
        {
            return false;
        }

        SourceLocation? first = null;
        var (line, more) = (0, 0);
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var content = text.AsSpan(range);
            line++;
            var indentation = content.Length - content.TrimStart(" \t").Length;
            var tab = content[..indentation].IndexOf('\t');
            if (tab >= 0 && indentation < content.Length)
            {
                more += first is null ? 0 : 1;
                first ??= new(file, line, tab + 1);
            }
        }

        if (first is not { } where)
        {
            return false;
        }

        problems.Add(new(where, more == 0 ? "a tab in the indentation" : $"a tab in the indentation (as in {more} more lines)", "spaces",
            "replace each tab by two spaces; most editors do this by themselves for .yaml files"));
        return true;
    }
}
