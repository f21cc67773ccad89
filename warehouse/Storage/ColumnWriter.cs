using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using DuckDB.NET.Native;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>
/// One column of a <see cref="ColumnAppend"/>. A setter that does not fit the column's type throws <see cref="InvalidCastException"/> and writes nothing;
/// a value too many throws <see cref="InvalidOperationException"/>.
/// </summary>
public sealed unsafe class ColumnWriter
{
    private const int InlineText = 12;

    private readonly DuckDBType type;
    private readonly DuckDBType storage;
    private readonly Int128 limit;
    private readonly TextArena texts;
    private readonly int length;
    private IntPtr vector;
    private byte* data;
    private ulong* validity;
    private int at;

    internal ColumnWriter(DuckDBLogicalType logical, TextArena texts, int length)
    {
        (this.texts, this.length) = (texts, length);
        type = NativeMethods.LogicalType.DuckDBGetTypeId(logical);
        storage = type == DuckDBType.Decimal ? NativeMethods.LogicalType.DuckDBDecimalInternalType(logical) : type;
        limit = type == DuckDBType.Decimal ? (Int128)BigInteger.Pow(10, NativeMethods.LogicalType.DuckDBDecimalWidth(logical)) : 0;
    }

    /// <summary>NULL.</summary>
    public void Null()
    {
        Room();
        if (validity == null)
        {
            NativeMethods.Vectors.DuckDBVectorEnsureValidityWritable(vector);
            validity = NativeMethods.Vectors.DuckDBVectorGetValidity(vector);
        }

        validity[at >> 6] &= ~(1UL << (at & 63));
        at++;
    }

    /// <summary>A BOOLEAN.</summary>
    public void Boolean(bool value) => Put(DuckDBType.Boolean, value ? (byte)1 : (byte)0);

    /// <summary>A SMALLINT.</summary>
    public void Short(short value) => Put(DuckDBType.SmallInt, value);

    /// <summary>An INTEGER.</summary>
    public void Int(int value) => Put(DuckDBType.Integer, value);

    /// <summary>A BIGINT.</summary>
    public void Long(long value) => Put(DuckDBType.BigInt, value);

    /// <summary>A HUGEINT.</summary>
    public void Huge(Int128 value) => Put(DuckDBType.HugeInt, value);

    /// <summary>A FLOAT.</summary>
    public void Float(float value) => Put(DuckDBType.Float, value);

    /// <summary>A DOUBLE.</summary>
    public void Double(double value) => Put(DuckDBType.Double, value);

    /// <summary>A DATE, in days since 1970-01-01.</summary>
    public void Date(int days) => Put(DuckDBType.Date, days);

    /// <summary>A TIME, in microseconds since midnight.</summary>
    public void Time(long micros) => Put(DuckDBType.Time, micros);

    /// <summary>A TIMESTAMP, in microseconds since 1970-01-01; or a TIMESTAMP WITH TIME ZONE, the same in UTC.</summary>
    public void Timestamp(long micros)
    {
        if (type == DuckDBType.TimestampTz)
        {
            Put(DuckDBType.TimestampTz, micros);
        }
        else
        {
            Put(DuckDBType.Timestamp, micros);
        }
    }

    /// <summary>A DECIMAL of at most 18 digits as a whole number of its last places.</summary>
    /// <returns>False, and nothing is written, when it has more digits than the column.</returns>
    public bool Decimal(long unscaled)
    {
        if (storage == DuckDBType.BigInt && type == DuckDBType.Decimal && unscaled < limit && unscaled > -limit)
        {
            Store(unscaled);
            return true;
        }

        return Decimal((Int128)unscaled);
    }

    /// <summary>A DECIMAL as a whole number of its last places.</summary>
    /// <returns>False, and nothing is written, when it has more digits than the column.</returns>
    public bool Decimal(Int128 unscaled)
    {
        if (type != DuckDBType.Decimal)
        {
            throw Wrong(DuckDBType.Decimal);
        }

        if (unscaled >= limit || unscaled <= -limit)
        {
            return false;
        }

        switch (storage)
        {
            case DuckDBType.SmallInt:
                Store((short)unscaled);
                break;
            case DuckDBType.Integer:
                Store((int)unscaled);
                break;
            case DuckDBType.BigInt:
                Store((long)unscaled);
                break;
            default:
                Store(unscaled);
                break;
        }

        return true;
    }

    /// <summary>A VARCHAR from UTF-8.</summary>
    /// <returns>False when the bytes were not valid UTF-8: what is wrong in them is written as U+FFFD.</returns>
    public bool Text(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            Text(Encoding.UTF8.GetString(utf8));
            return false;
        }

        var space = Begin(utf8.Length);
        utf8.CopyTo(new Span<byte>(space, utf8.Length));
        End(space, utf8.Length);
        return true;
    }

    /// <summary>A VARCHAR; unpaired surrogates are written as U+FFFD.</summary>
    public void Text(ReadOnlySpan<char> text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var space = Begin(most);
        var written = Encoding.UTF8.GetBytes(text, new Span<byte>(space, most));
        var value = data + ((long)at * 16);
        if (most > InlineText && written <= InlineText)
        {
            new Span<byte>(value, 16).Clear();
            new ReadOnlySpan<byte>(space, written).CopyTo(new Span<byte>(value + 4, written));
            texts.Return(space);
            End(value + 4, written);
            return;
        }

        if (most > InlineText)
        {
            texts.Return(space + written);
        }

        End(space, written);
    }

    internal void Bind(IntPtr bound)
    {
        vector = bound;
        data = (byte*)NativeMethods.Vectors.DuckDBVectorGetData(bound);
        validity = null;
        at = 0;
    }

    /// <summary>Forgets what was written beyond <paramref name="row"/>.</summary>
    internal void Return(int row)
    {
        if (at > row)
        {
            at = row;
            if (validity != null)
            {
                validity[at >> 6] |= 1UL << (at & 63);
            }
        }
    }

    internal void CheckWritten(int rows)
    {
        if (at != rows)
        {
            throw new InvalidOperationException($"A column of type {type} has {at} values for {rows} rows.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put<T>(DuckDBType kind, T value)
        where T : unmanaged
    {
        if (type != kind)
        {
            throw Wrong(kind);
        }

        Store(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store<T>(T value)
        where T : unmanaged
    {
        Room();
        Unsafe.WriteUnaligned((T*)data + at, value);
        at++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Room()
    {
        if (at >= length)
        {
            throw new InvalidOperationException($"A column of type {type} was written twice in one row.");
        }
    }

    /// <summary>Where a text of at most so many bytes goes: within the value itself when it is short.</summary>
    private byte* Begin(int most)
    {
        if (type != DuckDBType.Varchar)
        {
            throw Wrong(DuckDBType.Varchar);
        }

        Room();
        if (most > InlineText)
        {
            return texts.Take(most);
        }

        var value = data + ((long)at * 16);
        Unsafe.WriteUnaligned(value, default(Int128));
        return value + 4;
    }

    /// <summary>The engine's form of a text: its length, then 12 bytes; or its length, its first 4 bytes and where it is.</summary>
    private void End(byte* text, int bytes)
    {
        var value = data + ((long)at * 16);
        Unsafe.WriteUnaligned(value, bytes);
        if (bytes > InlineText)
        {
            Unsafe.WriteUnaligned(value + 4, Unsafe.ReadUnaligned<int>(text));
            Unsafe.WriteUnaligned(value + 8, (ulong)text);
        }

        at++;
    }

    private InvalidCastException Wrong(DuckDBType kind) => new($"a column of type {type} takes no {kind}");
}
