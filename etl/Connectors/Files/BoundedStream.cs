using System.Globalization;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>A stream that may give only so many bytes, all in all or between two calls of <see cref="Restart"/>. More is an <see cref="InvalidDataException"/>.</summary>
/// <param name="stream">What is read; closed with it.</param>
/// <param name="most">Bytes allowed.</param>
/// <param name="option">The option that sets the bound, for the error.</param>
internal sealed class BoundedStream(Stream stream, long most, string option) : ForwardStream
{
    private long given;

    /// <summary>Counts from nothing again.</summary>
    public void Restart() => given = 0;

    /// <summary>Whether it gave all it may.</summary>
    public bool IsExceeded => given > most;

    public override int Read(Span<byte> buffer)
    {
        var read = stream.Read(buffer);
        given += read;
        return given <= most ? read : throw new InvalidDataException(option == "max_unpacked_bytes"
            ? $"it unpacks to more than {most.ToString("N0", CultureInfo.InvariantCulture)} bytes, far more than such data does; if it is right, raise {option}"
            : $"a part of it is longer than {option} ({most.ToString(CultureInfo.InvariantCulture)})");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stream.Dispose();
        }

        base.Dispose(disposing);
    }
}
