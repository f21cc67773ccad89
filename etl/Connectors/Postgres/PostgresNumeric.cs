using System.Buffers.Binary;

namespace Crm.Analytics.Etl.Connectors.Postgres;

/// <summary>
/// PostgreSQL's binary numeric: the count of its digits, the weight of the first, a sign, the digits after the point that are shown, then digits to the base
/// of 10,000. Digit number i counts 10,000^(weight - i).
/// </summary>
internal static class PostgresNumeric
{
    private const ushort Negative = 0x4000;
    private const int Header = 8;

    private static readonly Int128[] powers = [.. Enumerable.Range(0, 39).Select(n => Enumerable.Repeat((Int128)10, n).Aggregate(Int128.One, (a, b) => a * b))];

    private static readonly long[] smallPowers = [.. powers.Take(19).Select(p => (long)p)];

    /// <summary>False for NaN and the infinities.</summary>
    public static bool IsNumber(ReadOnlySpan<byte> value) => Sign(value) is 0 or Negative;

    /// <summary>The number of the last places, where 18 digits hold it.</summary>
    /// <returns>False when it is larger, or has more places than the scale.</returns>
    public static bool TryLong(ReadOnlySpan<byte> value, int scale, out long unscaled)
    {
        unscaled = 0;
        var (count, weight) = (Short(value, 0), Short(value, 2));

        // Digits before the point and places of the scale, at most.
        if (((weight + 1) * 4) + scale > 18)
        {
            return count == 0;
        }

        for (var i = 0; i < count; i++)
        {
            // Places between this digit's last one and the scale's.
            var places = scale + (4 * (weight - i));
            var digit = (long)Short(value, Header + (2 * i));
            if (places >= 0)
            {
                unscaled += digit * smallPowers[places];
            }
            else if (places <= -4 ? digit != 0 : digit % smallPowers[-places] != 0)
            {
                return false;
            }
            else
            {
                unscaled += places <= -4 ? 0 : digit / smallPowers[-places];
            }
        }

        unscaled = Sign(value) == Negative ? -unscaled : unscaled;
        return true;
    }

    /// <summary>The number of the last places, where 38 digits hold it.</summary>
    /// <returns>False when it is larger, or has more places than the scale.</returns>
    public static bool TryHuge(ReadOnlySpan<byte> value, int scale, out Int128 unscaled)
    {
        unscaled = 0;
        var (count, weight) = (Short(value, 0), Short(value, 2));
        for (var i = 0; i < count; i++)
        {
            var places = scale + (4 * (weight - i));
            var digit = Short(value, Header + (2 * i));
            if (places is >= 0 and < 39 && digit <= Int128.MaxValue / powers[places] && unscaled <= Int128.MaxValue - (digit * powers[places]))
            {
                unscaled += digit * powers[places];
            }
            else if (places is < 0 and > -4 && digit % (int)powers[-places] == 0)
            {
                unscaled += digit / (int)powers[-places];
            }
            else if (digit != 0)
            {
                return false;
            }
        }

        unscaled = Sign(value) == Negative ? -unscaled : unscaled;
        return true;
    }

    /// <summary>The number as the server writes it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="buffer">Room for it; a larger one is put in its place when it is too small.</param>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> value, ref byte[] buffer)
    {
        switch (Sign(value))
        {
            case 0xC000:
                return "NaN"u8;
            case 0xD000:
                return "Infinity"u8;
            case 0xF000:
                return "-Infinity"u8;
        }

        var (count, weight, shown) = (Short(value, 0), Short(value, 2), Short(value, 6));
        var most = 8 + (4 * Math.Max(weight + 1, 1)) + shown + 4;
        if (buffer.Length < most)
        {
            buffer = new byte[most];
        }

        var at = 0;
        if (Sign(value) == Negative)
        {
            buffer[at++] = (byte)'-';
        }

        var whole = at;
        for (var i = 0; i <= weight; i++)
        {
            Four(i < count ? Short(value, Header + (2 * i)) : 0, buffer, ref at);
        }

        // Zeros before the first digit of the number are not written, but for one.
        var zeros = 0;
        while (whole + zeros < at && buffer[whole + zeros] == '0')
        {
            zeros++;
        }

        buffer.AsSpan(whole + zeros, at - whole - zeros).CopyTo(buffer.AsSpan(whole));
        at -= zeros;
        if (at == whole)
        {
            buffer[at++] = (byte)'0';
        }

        if (shown > 0)
        {
            buffer[at++] = (byte)'.';
            var point = at;
            for (var i = weight + 1; at < point + shown; i++)
            {
                Four(i >= 0 && i < count ? Short(value, Header + (2 * i)) : 0, buffer, ref at);
            }

            at = point + shown;
        }

        return buffer.AsSpan(0, at);
    }

    private static void Four(int digit, byte[] buffer, ref int at)
    {
        buffer[at++] = (byte)('0' + (digit / 1000));
        buffer[at++] = (byte)('0' + (digit / 100 % 10));
        buffer[at++] = (byte)('0' + (digit / 10 % 10));
        buffer[at++] = (byte)('0' + (digit % 10));
    }

    private static int Short(ReadOnlySpan<byte> value, int at) => BinaryPrimitives.ReadInt16BigEndian(value[at..]);

    private static int Sign(ReadOnlySpan<byte> value) => BinaryPrimitives.ReadUInt16BigEndian(value[4..]);
}
