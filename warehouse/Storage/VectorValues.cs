using System.Globalization;
using System.Numerics;
using DuckDB.NET.Native;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>.NET values as DuckDB's vectors store them.</summary>
internal static class VectorValues
{
    private static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    public static Int128 HugeInt(object value) => value switch
    {
        BigInteger number => (Int128)number,
        Int128 number => number,
        ulong number => number,
        decimal number => (Int128)number,
        _ => Convert.ToInt64(value, CultureInfo.InvariantCulture),
    };

    public static int Days(object value) => value switch
    {
        DateOnly day => day.DayNumber - Epoch,
        DateTime moment when moment.TimeOfDay == TimeSpan.Zero => DateOnly.FromDateTime(moment).DayNumber - Epoch,
        _ => throw new InvalidCastException("a DATE takes a DateOnly, or a DateTime at midnight"),
    };

    public static long TimeOfDay(object value) => value switch
    {
        TimeOnly time => time.Ticks / TimeSpan.TicksPerMicrosecond,
        _ => throw new InvalidCastException("a TIME takes a TimeOnly"),
    };

    public static long Micros(object value) => value switch
    {
        DateTime moment => (moment.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
        DateOnly day => Micros(day.ToDateTime(TimeOnly.MinValue)),
        _ => throw new InvalidCastException("a TIMESTAMP takes a DateTime"),
    };

    public static long MicrosUtc(object value) => value switch
    {
        DateTimeOffset moment => Micros(moment.UtcDateTime),
        DateTime { Kind: DateTimeKind.Utc } moment => Micros(moment),
        _ => throw new InvalidCastException("a TIMESTAMPTZ takes a DateTimeOffset, or a DateTime in UTC"),
    };

    public static DuckDBInterval Interval(object value) => value switch
    {
        TimeSpan span => span,
        DuckDBInterval interval => interval,
        _ => throw new InvalidCastException("an INTERVAL takes a TimeSpan"),
    };

    // Stored with the top bit turned, so that signed comparison sorts as the text does.
    public static Int128 Uuid(object value)
    {
        var id = value as Guid? ?? Guid.Parse((string)value);
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[0] ^= 0x80;
        return System.Buffers.Binary.BinaryPrimitives.ReadInt128BigEndian(bytes);
    }
}

/// <summary>Decimals of a given width and scale as whole numbers.</summary>
/// <param name="width">Digits in all.</param>
/// <param name="scale">Digits after the point; those beyond are rounded half away from zero, as DuckDB's casts do.</param>
internal sealed class DecimalValues(int width, int scale)
{
    private readonly Int128 _limit = (Int128)BigInteger.Pow(10, width);
    private readonly BigInteger _factor = BigInteger.Pow(10, scale);
    private readonly decimal _smallFactor = scale <= 9 ? (decimal)BigInteger.Pow(10, scale) : 0;
    private readonly long _longLimit = width <= 18 ? (long)BigInteger.Pow(10, width) : 0;

    /// <summary>For widths to 18, which is what nearly every amount has: no arithmetic of 128 bits.</summary>
    public long UnscaledLong(object value)
    {
        if (value is decimal exact && _smallFactor > 0 && Math.Abs(exact) < _longLimit)
        {
            exact = exact.Scale <= scale ? exact : Math.Round(exact, scale, MidpointRounding.AwayFromZero);
            exact *= _smallFactor;
            if (Math.Abs(exact) < _longLimit)
                return (long)exact;
        }

        return (long)Unscaled(value);
    }

    public Int128 Unscaled(object value)
    {
        var number = value switch
        {
            decimal exact => Scaled(exact),
            BigInteger whole => (Int128)(whole * _factor),
            double or float => Scaled(Convert.ToDecimal(value, CultureInfo.InvariantCulture)),
            _ => (Int128)(Convert.ToInt64(value, CultureInfo.InvariantCulture) * _factor),
        };
        return number < _limit && number > -_limit
            ? number
            : throw new OverflowException(string.Create(CultureInfo.InvariantCulture, $"out of the range of DECIMAL({width},{scale})"));
    }

    private Int128 Scaled(decimal value)
    {
        value = scale < 28 ? Math.Round(value, scale, MidpointRounding.AwayFromZero) : value;
        if (_smallFactor > 0 && Math.Abs(value) < 1_000_000_000_000_000_000m)
            return (Int128)(value * _smallFactor);

        // decimal.GetBits: 96 bits of magnitude, then the scale and the sign.
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        BigInteger magnitude = new UInt128((uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
        var unscaled = magnitude * _factor / BigInteger.Pow(10, (bits[3] >> 16) & 0xFF);
        return (Int128)(bits[3] < 0 ? -unscaled : unscaled);
    }
}

/// <summary>The members of an enumeration type, by text.</summary>
internal sealed class EnumMembers
{
    private readonly Dictionary<string, uint> _positions = new(StringComparer.Ordinal);

    public EnumMembers(DuckDBLogicalType type)
    {
        for (uint position = 0; position < NativeMethods.LogicalType.DuckDBEnumDictionarySize(type); position++)
            _positions[NativeMethods.LogicalType.DuckDBEnumDictionaryValue(type, position)] = position;
    }

    public uint Position(object value) => _positions.TryGetValue(value.ToString()!, out var position)
        ? position
        : throw new InvalidCastException($"the enumeration holds {string.Join(", ", _positions.Keys.Take(20))}");
}
