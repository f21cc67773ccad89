namespace Crm.Analytics.Host.Serving;

/// <summary>A stream whose every write is a frame of one kind; two of them share one connection under a lock.</summary>
internal sealed class FrameStream(Stream inner, CommandFrames.Kind kind, Lock guard) : Stream
{
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
        lock (guard)
        {
            inner.Flush();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (guard)
        {
            CommandFrames.Write(inner, kind, buffer);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
