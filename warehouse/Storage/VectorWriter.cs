using System.Runtime.CompilerServices;
using DuckDB.NET.Native;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>Writes values into one column of a chunk. A value that its column cannot hold is an <see cref="EngineException"/>, as it is in SQL.</summary>
internal abstract unsafe class VectorWriter : IDisposable
{
    private ulong* _validity;

    /// <summary>The vector written to.</summary>
    protected IntPtr Vector { get; private set; }

    /// <summary>Its values.</summary>
    protected void* Data { get; private set; }

    /// <summary>The writer for a column's type.</summary>
    /// <param name="type">The type; stays the caller's.</param>
    public static VectorWriter For(DuckDBLogicalType type) => NativeMethods.LogicalType.DuckDBGetTypeId(type) switch
    {
        DuckDBType.Boolean => new FixedWriter<byte>(value => Convert.ToBoolean(value, Invariant) ? (byte)1 : (byte)0),
        DuckDBType.TinyInt => new FixedWriter<sbyte>(value => Convert.ToSByte(value, Invariant)),
        DuckDBType.SmallInt => new FixedWriter<short>(value => Convert.ToInt16(value, Invariant)),
        DuckDBType.Integer => new FixedWriter<int>(value => value is int number ? number : Convert.ToInt32(value, Invariant)),
        DuckDBType.BigInt => new FixedWriter<long>(value => value is long number ? number : Convert.ToInt64(value, Invariant)),
        DuckDBType.UnsignedTinyInt => new FixedWriter<byte>(value => Convert.ToByte(value, Invariant)),
        DuckDBType.UnsignedSmallInt => new FixedWriter<ushort>(value => Convert.ToUInt16(value, Invariant)),
        DuckDBType.UnsignedInteger => new FixedWriter<uint>(value => Convert.ToUInt32(value, Invariant)),
        DuckDBType.UnsignedBigInt => new FixedWriter<ulong>(value => Convert.ToUInt64(value, Invariant)),
        DuckDBType.HugeInt => new FixedWriter<Int128>(VectorValues.HugeInt),
        DuckDBType.Float => new FixedWriter<float>(value => Convert.ToSingle(value, Invariant)),
        DuckDBType.Double => new FixedWriter<double>(value => Convert.ToDouble(value, Invariant)),
        DuckDBType.Decimal => DecimalWriter(type),
        DuckDBType.Date => new FixedWriter<int>(VectorValues.Days),
        DuckDBType.Time => new FixedWriter<long>(VectorValues.TimeOfDay),
        DuckDBType.Timestamp => new FixedWriter<long>(VectorValues.Micros),
        DuckDBType.TimestampTz => new FixedWriter<long>(VectorValues.MicrosUtc),
        DuckDBType.Interval => new FixedWriter<DuckDBInterval>(VectorValues.Interval),
        DuckDBType.Uuid => new FixedWriter<Int128>(VectorValues.Uuid),
        DuckDBType.Varchar or DuckDBType.Blob => new TextWriter(),
        DuckDBType.Enum => EnumWriter(type),
        DuckDBType.List => new ListWriter(type),
        DuckDBType.Map => new MapWriter(type),
        DuckDBType.Struct => new StructWriter(type),
        var other => throw new NotSupportedException($"Columns of type {other} cannot be appended to."),
    };

    private static IFormatProvider Invariant => System.Globalization.CultureInfo.InvariantCulture;

    /// <summary>Turns to a vector, at first and after each chunk sent.</summary>
    public virtual void Bind(IntPtr vector)
    {
        Vector = vector;
        Data = NativeMethods.Vectors.DuckDBVectorGetData(vector);
        _validity = null;
    }

    /// <summary>Writes a value, null for NULL.</summary>
    public void Write(object? value, int row)
    {
        if (value is null or DBNull)
        {
            Null(row);
            return;
        }

        // The row may have been half written before.
        if (_validity != null)
            _validity[row >> 6] |= 1UL << (row & 63);
        try
        {
            Value(value, row);
        }
        catch (Exception error) when (error is InvalidCastException or FormatException or OverflowException or ArgumentOutOfRangeException)
        {
            throw new EngineException($"Cannot append {value} ({value.GetType().Name}): {error.Message}", error, EngineErrorKind.Conversion);
        }
    }

    /// <summary>Gives back what the writer holds of the engine.</summary>
    public virtual void Dispose()
    {
    }

    /// <summary>Writes a value that is there.</summary>
    protected abstract void Value(object value, int row);

    /// <summary>Writes NULL.</summary>
    protected virtual void Null(int row)
    {
        if (_validity == null)
        {
            NativeMethods.Vectors.DuckDBVectorEnsureValidityWritable(Vector);
            _validity = NativeMethods.Vectors.DuckDBVectorGetValidity(Vector);
        }

        _validity[row >> 6] &= ~(1UL << (row & 63));
    }

    private static VectorWriter DecimalWriter(DuckDBLogicalType type)
    {
        var decimals = new DecimalValues(NativeMethods.LogicalType.DuckDBDecimalWidth(type), NativeMethods.LogicalType.DuckDBDecimalScale(type));
        return NativeMethods.LogicalType.DuckDBDecimalInternalType(type) switch
        {
            DuckDBType.SmallInt => new FixedWriter<short>(value => (short)decimals.UnscaledLong(value)),
            DuckDBType.Integer => new FixedWriter<int>(value => (int)decimals.UnscaledLong(value)),
            DuckDBType.BigInt => new FixedWriter<long>(decimals.UnscaledLong),
            _ => new FixedWriter<Int128>(decimals.Unscaled),
        };
    }

    private static VectorWriter EnumWriter(DuckDBLogicalType type)
    {
        var members = new EnumMembers(type);
        return NativeMethods.LogicalType.DuckDBEnumInternalType(type) switch
        {
            DuckDBType.UnsignedTinyInt => new FixedWriter<byte>(value => (byte)members.Position(value)),
            DuckDBType.UnsignedSmallInt => new FixedWriter<ushort>(value => (ushort)members.Position(value)),
            _ => new FixedWriter<uint>(members.Position),
        };
    }

    /// <summary>Values of one width, converted one by one.</summary>
    private sealed class FixedWriter<T>(Func<object, T> convert) : VectorWriter
        where T : unmanaged
    {
        protected override void Value(object value, int row) => Unsafe.WriteUnaligned((T*)Data + row, convert(value));
    }
}
