using System.Runtime.InteropServices;

namespace DuckDB.NET.Native;

/// <summary>A result; its fields are DuckDB's own.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DuckDBResult
{
#pragma warning disable CS0169, IDE0044, IDE0051 // only their size matters here
    private ulong _columnCount;
    private ulong _rowCount;
    private ulong _rowsChanged;
    private IntPtr _columns;
    private IntPtr _errorMessage;
    private IntPtr _internal;
#pragma warning restore CS0169, IDE0044, IDE0051

    /// <summary>Gives the result back.</summary>
    public void Close() => NativeMethods.Query.DuckDBDestroyResult(ref this);
}

/// <summary>How far a query is.</summary>
/// <param name="Percentage">0–100, or -1 when unknown.</param>
/// <param name="RowsProcessed">Rows done.</param>
/// <param name="TotalRowsToProcess">Rows in all, as estimated.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDBQueryProgress(double Percentage, ulong RowsProcessed, ulong TotalRowsToProcess);

/// <summary>Where the elements of one list stand in the child vector.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDBListEntry(ulong Offset, ulong Length);

/// <summary>A text or blob in a vector: inlined up to 12 bytes, else a pointer.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DuckDBString
{
    private const int InlinedMax = 12;

    /// <summary>The two forms, one over the other.</summary>
    public _value_e__Union value;

    /// <summary>Bytes.</summary>
    public readonly int Length => (int)value.inlined.length;

    /// <summary>The first byte. Inlined bytes move with this struct, so call it on the vector's own memory, not on a copy.</summary>
    public readonly unsafe sbyte* Data
    {
        get
        {
            if (Length > InlinedMax)
                return value.pointer.ptr;
            fixed (sbyte* first = value.inlined.inlined)
                return first;
        }
    }

    // The provider was compiled against these names.
#pragma warning disable IDE1006
    /// <summary>The two forms of a text.</summary>
    [StructLayout(LayoutKind.Explicit)]
    public struct _value_e__Union
    {
        /// <summary>The long form.</summary>
        [FieldOffset(0)]
        public DuckDBStringPointer pointer;

        /// <summary>The short form.</summary>
        [FieldOffset(0)]
        public DuckDBStringInlined inlined;

        /// <summary>Length, first four bytes, pointer.</summary>
        public unsafe struct DuckDBStringPointer
        {
            public uint length;
            public fixed sbyte prefix[4];
            public sbyte* ptr;
        }

        /// <summary>Length and up to twelve bytes.</summary>
        public unsafe struct DuckDBStringInlined
        {
            public uint length;
            public fixed sbyte inlined[InlinedMax];
        }
    }
#pragma warning restore IDE1006
}
