using System.Text;

namespace Crm.Analytics.Host.Jobs;

/// <summary>What a job says, in the order said: its beginning and its end, with a note for what lay between when it is long. Safe for several threads.</summary>
internal sealed class JobLog : TextWriter
{
    private const int Head = 1 << 16;
    private const int Tail = 1 << 18;

    private readonly Lock _guard = new();
    private readonly StringBuilder _head = new();
    private readonly StringBuilder _tail = new();
    private long _cut;

    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        lock (_guard)
        {
            var first = buffer[..Math.Min(buffer.Length, Head - _head.Length)];
            _head.Append(first);
            _tail.Append(buffer[first.Length..]);
            if (_tail.Length > 2 * Tail)
            {
                _cut += _tail.Length - Tail;
                _tail.Remove(0, _tail.Length - Tail);
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        lock (_guard)
        {
            return _cut == 0 ? $"{_head}{_tail}" : $"{_head}{Environment.NewLine}… {_cut} characters …{Environment.NewLine}{_tail}";
        }
    }
}

/// <summary>A stream of UTF-8 text into a <see cref="JobLog"/>.</summary>
internal sealed class JobLogStream(JobLog log) : Stream
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var text = new char[Encoding.UTF8.GetMaxCharCount(buffer.Length)];
        log.Write(text.AsSpan(0, _decoder.GetChars(buffer, text, flush: false)));
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
