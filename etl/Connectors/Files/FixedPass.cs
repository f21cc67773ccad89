using System.Text;
using System.Text.Unicode;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// Reads lines of fields of fixed width into the spool. Widths count characters; blanks around a value are not part of it, and a value of blanks is missing.
/// A line that is too short is rejected, since nobody can tell what it lost; so is one that goes on behind the last of its widths.
/// </summary>
internal sealed class FixedPass(FileFacts file, FilesOptions options, IReadOnlyList<string> declaredNames, RowSpool spool) : RecordPass(file, options, spool)
{
    private readonly byte[][] nullTexts = [.. options.NullValues.Select(Encoding.UTF8.GetBytes)];
    private readonly int[] starts = new int[options.Fields.Count];
    private readonly int[] ends = new int[options.Fields.Count];
    private IReadOnlyList<int> places = [];

    protected override void Read(Stream text, HashedFile hashed)
    {
        using var reader = new CsvRecordReader(text, new CsvDialect(0, null, null, Options.MaxLineBytes));
        for (var skipped = 0; skipped < Options.SkipLines; skipped++)
        {
            reader.Read();
        }

        places = Name(Header(reader));
        while (!IsEnough && reader.Read())
        {
            Take(reader);
            Tell(hashed);
        }
    }

    private IReadOnlyList<string> Header(CsvRecordReader reader)
    {
        var names = Options.Fields.Select((f, i) => f.Name ?? declaredNames.ElementAtOrDefault(i) ?? $"column_{i + 1}").ToList();
        if (!Options.Header || !reader.Read())
        {
            return names;
        }

        if (reader.Fault is not null || !Utf8.IsValid(reader.Record))
        {
            throw new InvalidDataException($"its header cannot be read: {reader.Fault ?? FileFacts.NotUtf8}");
        }

        Cut(reader.Record);
        for (var i = 0; i < names.Count; i++)
        {
            names[i] = Options.Fields[i].Name ?? Encoding.UTF8.GetString(Value(reader.Record, i));
        }

        return names;
    }

    private void Take(CsvRecordReader reader)
    {
        var line = reader.Record;
        if (reader.Fault is null && line.Trim(" \t"u8).IsEmpty)
        {
            return;
        }

        if (reader.Fault is not null || !Utf8.IsValid(line))
        {
            Reject(reader.Line, reader.Fault ?? FileFacts.NotUtf8, FileFacts.RawText(line));
            return;
        }

        var characters = Cut(line);
        var needed = Options.Fields.Max(f => f.End);
        if (characters < needed)
        {
            var field = Options.Fields.Index().First(f => f.Item.End > characters).Index;
            Reject(
                reader.Line, $"the line has {characters} characters where its fields need {needed}", FileFacts.RawText(line), field + 1,
                Options.Fields[field].Name ?? declaredNames.ElementAtOrDefault(field));
            return;
        }

        if (Options.FieldsAreAll && !line[ends[^1]..].Trim((byte)' ').IsEmpty)
        {
            Reject(reader.Line, $"the line has {characters} characters where its widths end at {needed}", FileFacts.RawText(line));
            return;
        }

        for (var i = 0; i < places.Count; i++)
        {
            var value = Value(line, i);
            if (!value.IsEmpty && !IsNull(value))
            {
                Spool.Set(places[i], value);
            }
        }

        Land(reader.Line);
    }

    /// <summary>Finds where the fields begin and end in the line's bytes; answers how many characters it has.</summary>
    private int Cut(ReadOnlySpan<byte> line)
    {
        for (var i = 0; i < starts.Length; i++)
        {
            var (first, length) = (Options.Fields[i].Start, Options.Fields[i].Length);
            starts[i] = ByteOf(line, 0, first);
            ends[i] = length == FixedField.ToTheEnd ? line.Length : ByteOf(line, starts[i], length);
        }

        return Ascii.IsValid(line) ? line.Length : Characters(line);
    }

    private static int ByteOf(ReadOnlySpan<byte> line, int from, int characters)
    {
        var rest = line[from..];
        if (Ascii.IsValid(rest[..Math.Min(characters, rest.Length)]))
        {
            return from + Math.Min(characters, rest.Length);
        }

        var at = 0;
        for (; characters > 0 && at < rest.Length; characters--)
        {
            do
            {
                at++;
            }
            while (at < rest.Length && (rest[at] & 0xC0) == 0x80);
        }

        return from + at;
    }

    private static int Characters(ReadOnlySpan<byte> line)
    {
        var count = 0;
        foreach (var b in line)
        {
            count += (b & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }

    private ReadOnlySpan<byte> Value(ReadOnlySpan<byte> line, int field) => line[starts[field]..ends[field]].Trim((byte)' ');

    private bool IsNull(ReadOnlySpan<byte> value)
    {
        foreach (var text in nullTexts)
        {
            if (value.SequenceEqual(text))
            {
                return true;
            }
        }

        return false;
    }
}
