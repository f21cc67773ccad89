using System.Numerics;
using System.Text;
using DuckDB.NET.Native;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>Reads one column of a result, chunk by chunk, into the values that the provider would give.</summary>
/// <param name="read">Reads the value of a row from the column's memory.</param>
internal sealed unsafe class ColumnReader(ColumnReader.ReadValue read)
{
    private static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
    private void* _data;
    private ulong* _validity;

    /// <summary>Reads a value.</summary>
    public delegate object ReadValue(void* data, int row);

    /// <summary>A reader of a type; null for types that are not read here: nested ones and rare ones.</summary>
    public static ColumnReader? Of(DuckDBLogicalType type)
    {
        ReadValue? read = NativeMethods.LogicalType.DuckDBGetTypeId(type) switch
        {
            DuckDBType.Varchar => static (data, row) => Text((DuckDBString*)data + row),
            DuckDBType.Boolean => static (data, row) => ((byte*)data)[row] != 0,
            DuckDBType.TinyInt => static (data, row) => ((sbyte*)data)[row],
            DuckDBType.SmallInt => static (data, row) => ((short*)data)[row],
            DuckDBType.Integer => static (data, row) => ((int*)data)[row],
            DuckDBType.BigInt => static (data, row) => ((long*)data)[row],
            DuckDBType.HugeInt => static (data, row) => (BigInteger)((Int128*)data)[row],
            DuckDBType.Float => static (data, row) => ((float*)data)[row],
            DuckDBType.Double => static (data, row) => ((double*)data)[row],
            DuckDBType.Date => static (data, row) => Day(((int*)data)[row]),
            DuckDBType.Timestamp => static (data, row) => Moment(((long*)data)[row]),
            DuckDBType.Decimal => Exact(type),
            _ => null,
        };
        return read is null ? null : new ColumnReader(read);
    }

    /// <summary>Goes to the vector of the next chunk.</summary>
    public void MoveTo(IntPtr vector)
    {
        _data = NativeMethods.Vectors.DuckDBVectorGetData(vector);
        _validity = NativeMethods.Vectors.DuckDBVectorGetValidity(vector);
    }

    /// <summary>True for SQL NULL.</summary>
    public bool IsNull(int row) => _validity != null && (_validity[row >> 6] & (1UL << (row & 63))) == 0;

    /// <summary>The value of a row that is not null.</summary>
    public object Value(int row) => read(_data, row);

    private static string Text(DuckDBString* text) => Encoding.UTF8.GetString((byte*)text->Data, text->Length);

    private static object Day(int days) => days is int.MaxValue or -int.MaxValue ? throw Endless() : DateOnly.FromDayNumber(days + Epoch);

    private static object Moment(long micros) => micros is long.MaxValue or -long.MaxValue ? throw Endless() : DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond) is var moment
        ? DateTime.SpecifyKind(moment, DateTimeKind.Unspecified) : default;

    private static ReadValue Exact(DuckDBLogicalType type)
    {
        var scale = NativeMethods.LogicalType.DuckDBDecimalScale(type);
        var power = (decimal)BigInteger.Pow(10, Math.Min(scale, (byte)28));
        var wide = (Int128)BigInteger.Pow(10, scale);
        return NativeMethods.LogicalType.DuckDBDecimalInternalType(type) switch
        {
            DuckDBType.SmallInt => (data, row) => ((short*)data)[row] / power,
            DuckDBType.Integer => (data, row) => ((int*)data)[row] / power,
            DuckDBType.BigInt => (data, row) => ((long*)data)[row] / power,
            _ => (data, row) => Wide(((Int128*)data)[row], wide, power, scale),
        };
    }

    private static decimal Wide(Int128 unscaled, Int128 wide, decimal power, byte scale)
    {
        if (unscaled >= long.MinValue && unscaled <= long.MaxValue && scale <= 28)
            return (long)unscaled / power;
        var (whole, rest) = Int128.DivRem(unscaled, wide);
        return (decimal)whole + ((decimal)rest / (scale <= 28 ? power : (decimal)wide));
    }

    private static InvalidCastException Endless() => new("an infinite date is no value of an answer");
}
