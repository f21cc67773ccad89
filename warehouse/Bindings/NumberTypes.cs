using System.Numerics;
using System.Runtime.InteropServices;

namespace DuckDB.NET.Native;

/// <summary>A whole number of 128 bits.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDBHugeInt(ulong Lower, long Upper)
{
    /// <summary>The number; <see cref="OverflowException"/> outside the range.</summary>
    public DuckDBHugeInt(BigInteger value) : this(unchecked((ulong)(Int128)value), (long)((Int128)value >> 64))
    {
    }

    /// <summary>The greatest: 2^127 - 1.</summary>
    public static BigInteger HugeIntMaxValue => Int128.MaxValue;

    /// <summary>The least: -2^127.</summary>
    public static BigInteger HugeIntMinValue => Int128.MinValue;

    /// <summary>The number.</summary>
    public BigInteger ToBigInteger() => ToInt128();

    /// <summary>The number.</summary>
    public Int128 ToInt128() => new(unchecked((ulong)Upper), Lower);
}

/// <summary>A whole number of 128 bits from zero.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDBUHugeInt(ulong Lower, ulong Upper)
{
    /// <summary>The number; <see cref="OverflowException"/> outside the range.</summary>
    public DuckDBUHugeInt(BigInteger value) : this(unchecked((ulong)(UInt128)value), (ulong)((UInt128)value >> 64))
    {
    }

    /// <summary>The greatest: 2^128 - 1.</summary>
    public static BigInteger HugeIntMaxValue => UInt128.MaxValue;

    /// <summary>The least: 0.</summary>
    public static BigInteger HugeIntMinValue => BigInteger.Zero;

    /// <summary>The number.</summary>
    public BigInteger ToBigInteger() => ToUInt128();

    /// <summary>The number.</summary>
    public UInt128 ToUInt128() => new(Upper, Lower);
}

/// <summary>A decimal number: <paramref name="Value"/> × 10^-<paramref name="Scale"/>, of at most <paramref name="Width"/> digits.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDBDecimal(byte Width, byte Scale, DuckDBHugeInt Value);

/// <summary>A whole number of any length: its magnitude's bytes, most significant first, and its sign.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDBBignum(IntPtr Data, ulong Size, byte IsNegative);
