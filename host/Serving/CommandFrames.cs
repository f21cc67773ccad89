using System.Buffers.Binary;

namespace Crm.Analytics.Host.Serving;

/// <summary>What a forwarded command says, as it travels: a byte for its kind, four for its length (little-endian), then the bytes.</summary>
internal static class CommandFrames
{
    /// <summary>Bytes before the content.</summary>
    public const int Head = 5;

    /// <summary>Kinds of frame.</summary>
    public enum Kind : byte
    {
        /// <summary>For standard output.</summary>
        Output = 1,

        /// <summary>For standard error.</summary>
        Error = 2,

        /// <summary>The exit code, four bytes; the last frame.</summary>
        Exit = 3,

        /// <summary>How far it is; empty: it has begun.</summary>
        Progress = 4,
    }

    /// <summary>Writes a frame.</summary>
    public static void Write(Stream to, Kind kind, ReadOnlySpan<byte> content)
    {
        Span<byte> head = stackalloc byte[Head];
        head[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], content.Length);
        to.Write(head);
        to.Write(content);
    }

    /// <summary>Writes the last frame.</summary>
    public static void WriteExit(Stream to, int code)
    {
        Span<byte> content = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(content, code);
        Write(to, Kind.Exit, content);
    }

    /// <summary>Reads frames and passes them on until the last one.</summary>
    /// <returns>The exit code; null when the frames ended before it.</returns>
    public static int? Read(Stream from, Action<Kind, ReadOnlyMemory<byte>> pass)
    {
        var head = new byte[Head];
        while (from.ReadAtLeast(head, Head, throwOnEndOfStream: false) == Head)
        {
            var content = new byte[BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(1))];
            from.ReadExactly(content);
            if ((Kind)head[0] == Kind.Exit)
            {
                return BinaryPrimitives.ReadInt32LittleEndian(content);
            }

            pass((Kind)head[0], content);
        }

        return null;
    }
}
