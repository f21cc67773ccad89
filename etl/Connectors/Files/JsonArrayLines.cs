namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// Turns the text of a JSON array into JSON lines as it passes: one element, one line. Line ends inside become blanks, so that <see cref="LineOf"/>
/// tells where each element stood.
/// </summary>
internal sealed class JsonArrayLines(Stream text) : ForwardStream
{
    private readonly Queue<long> lines = new();
    private long line = 1;
    private int depth;
    private bool inString;
    private bool escaped;
    private bool lineIsKnown = true;

    /// <summary>Whether the array's end was seen.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The line of the file that the next line given begins on; to be asked once for each.</summary>
    public long LineOf() => lines.Count > 0 ? lines.Dequeue() : line;

    public override int Read(Span<byte> buffer)
    {
        var read = text.Read(buffer);
        for (var i = 0; i < read; i++)
        {
            buffer[i] = inString ? InString(buffer[i]) : Outside(buffer[i]);
        }

        return read;
    }

    private byte InString(byte b)
    {
        line += b == '\n' ? 1 : 0;
        (inString, escaped) = escaped ? (true, false) : (b != '"', b == '\\');

        // A line end cannot stand in a string; this keeps it invalid without cutting the line.
        return b is (byte)'\n' or (byte)'\r' ? (byte)1 : b;
    }

    private byte Outside(byte b)
    {
        if (b is (byte)'\n' or (byte)'\r' or (byte)' ' or (byte)'\t')
        {
            line += b == '\n' ? 1 : 0;
            return (byte)' ';
        }

        if (!lineIsKnown)
        {
            lines.Enqueue(line);
            lineIsKnown = true;
        }

        switch (b)
        {
            case (byte)'"':
                inString = true;
                return b;
            case (byte)'[' when depth == 0 && !IsClosed:
                (depth, lineIsKnown) = (1, false);
                return (byte)' ';
            case (byte)'[' or (byte)'{':
                depth++;
                return b;
            case (byte)']' when depth == 1:
                (depth, IsClosed, lineIsKnown) = (0, true, false);
                return (byte)'\n';
            case (byte)']' or (byte)'}':
                depth--;
                return b;
            case (byte)',' when depth == 1:
                lineIsKnown = false;
                return (byte)'\n';
            default:
                return b;
        }
    }
}
