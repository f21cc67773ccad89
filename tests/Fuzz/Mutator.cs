namespace Crm.Analytics.Tests.Fuzz;

/// <summary>Damages bytes in ways that files really are damaged, the same way for the same seed.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly byte[][] snippets =
    [
        "\r"u8.ToArray(), "\n"u8.ToArray(), "\r\n"u8.ToArray(), "\n\n"u8.ToArray(), "\0"u8.ToArray(), "\0\0\0\0"u8.ToArray(), [0xFF], [0xC0, 0xAF], [0xE2, 0x82], [0xEF, 0xBB, 0xBF], ","u8.ToArray(),
        ";"u8.ToArray(), "\""u8.ToArray(), "\"\""u8.ToArray(), "\\"u8.ToArray(), "{"u8.ToArray(), "]"u8.ToArray(), "<"u8.ToArray(), "&x;"u8.ToArray(), "]]>"u8.ToArray(), "</"u8.ToArray(),
        [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0x80], "PK\u0001\u0002"u8.ToArray(),
    ];

    private readonly Random random = new(seed);

    /// <summary>The bytes with one to three damages.</summary>
    public byte[] Damage(byte[] bytes)
    {
        for (var times = 1 + random.Next(3); times > 0; times--)
        {
            bytes = Once(bytes);
        }

        return bytes;
    }

    private byte[] Once(byte[] bytes)
    {
        // Directories of archives and footers of Parquet stand at the end, and are small: a third of all damage goes there.
        var at = random.Next(3) == 0 ? Math.Max(0, bytes.Length - random.Next(1, 300)) : random.Next(bytes.Length + 1);
        var length = Math.Min(random.Next(1, 200), bytes.Length - at);
        var (before, chunk, after) = (bytes[..at], bytes[at..(at + length)], bytes[(at + length)..]);
        switch (random.Next(10))
        {
            case 0 when at < bytes.Length:
                return [.. before, (byte)(bytes[at] ^ (1 << random.Next(8))), .. bytes[(at + 1)..]];
            case 1:
                return before;
            case 2:
                return [.. before, .. after];
            case 3:
                return [.. before, .. chunk, .. chunk, .. after];
            case 4:
                return [.. before, .. chunk.Reverse(), .. after];
            case 5:
                var noise = new byte[random.Next(1, 40)];
                random.NextBytes(noise);
                return [.. before, .. noise, .. chunk, .. after];
            case 6:
                return [.. before, .. chunk.Select(b => b == (byte)',' ? (byte)';' : b), .. after];
            case 7:
                return [.. before, .. Enumerable.Repeat((byte)'z', random.Next(3000, 6000)), .. chunk, .. after];
            case 8:
                var over = snippets[random.Next(snippets.Length)];
                return [.. before, .. over, .. bytes[Math.Min(at + over.Length, bytes.Length)..]];
            default:
                return [.. before, .. snippets[random.Next(snippets.Length)], .. chunk, .. after];
        }
    }
}
