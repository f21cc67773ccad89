using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace DuckDB.NET.Native;

/// <summary>A value that can be asked for its content: what a registered function sees of its arguments.</summary>
public interface IDuckDBValueReader
{
    /// <summary>True for SQL NULL.</summary>
    bool IsNull();

    /// <summary>The content as <typeparamref name="T"/>; <see cref="InvalidCastException"/> when it cannot be one.</summary>
    T GetValue<T>();
}

/// <summary>One value of any type: a parameter's, or an argument's.</summary>
public sealed class DuckDBValue() : SafeHandleZeroOrMinusOneIsInvalid(true), IDuckDBValueReader
{
    /// <inheritdoc/>
    public bool IsNull() => NativeMethods.Value.DuckDBIsNullValue(this);

    /// <inheritdoc/>
    public T GetValue<T>()
    {
        var value = Read();
        var target = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        return value is T exact ? exact : (T)Convert.ChangeType(value, target, CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMethods.Value.DuckDBDestroyValue(ref handle);
        return true;
    }

    private object Read() => TypeId() switch
    {
        DuckDBType.Boolean => NativeMethods.Value.DuckDBGetBool(this),
        DuckDBType.TinyInt or DuckDBType.SmallInt or DuckDBType.Integer or DuckDBType.BigInt => NativeMethods.Value.DuckDBGetInt64(this),
        DuckDBType.UnsignedTinyInt or DuckDBType.UnsignedSmallInt or DuckDBType.UnsignedInteger or DuckDBType.UnsignedBigInt
            => NativeMethods.Value.DuckDBGetUInt64(this),
        DuckDBType.Float => NativeMethods.Value.DuckDBGetFloat(this),
        DuckDBType.Double => NativeMethods.Value.DuckDBGetDouble(this),
        DuckDBType.Decimal => decimal.Parse(Text(), NumberStyles.Number, CultureInfo.InvariantCulture),
        DuckDBType.Uuid => Guid.Parse(Text()),
        DuckDBType.Timestamp => DateTime.UnixEpoch.AddTicks(
            NativeMethods.Value.DuckDBGetTimestamp(this).Micros * TimeSpan.TicksPerMicrosecond),
        DuckDBType.Date => DateTime.ParseExact(Text(), "yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => Text(),
    };

    private string Text() => NativeMethods.Value.DuckDBGetVarchar(this);

    // The type is part of the value and must not be given back, so it is read by its bare pointer.
    private DuckDBType TypeId() => NativeMethods.Value.TypeId(NativeMethods.Value.DuckDBGetValueType(this));
}
