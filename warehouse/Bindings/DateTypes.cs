using System.Runtime.InteropServices;

namespace DuckDB.NET.Native;

// Layouts are those of duckdb.h, where dates and times exist twice: as stored (a count) and as parts.

/// <summary>A day as stored: days since 1970-01-01; the two ends of the range mean infinity.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DuckDBDate
{
    private int _days;

    /// <summary>Days since 1970-01-01.</summary>
    public int Days { readonly get => _days; set => _days = value; }

    /// <summary>True for infinity and -infinity.</summary>
    public readonly bool IsInfinity => _days is int.MaxValue or -int.MaxValue;
}

/// <summary>A day as parts of the proleptic Gregorian calendar.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDBDateOnly(int Year, byte Month, byte Day)
{
    /// <summary>The day that the stored form stands for.</summary>
    public static DuckDBDateOnly FromDuckDBDate(DuckDBDate date) => NativeMethods.DateTimeHelpers.DuckDBFromDate(date);

    /// <summary>The stored form.</summary>
    public DuckDBDate ToDuckDBDate() => NativeMethods.DateTimeHelpers.DuckDBToDate(this);

    /// <summary>The same day.</summary>
    public static implicit operator DuckDBDateOnly(DateOnly date) => new(date.Year, (byte)date.Month, (byte)date.Day);

    /// <summary>The same day; <see cref="ArgumentOutOfRangeException"/> outside the years 1–9999.</summary>
    public static explicit operator DateOnly(DuckDBDateOnly date) => new(date.Year, date.Month, date.Day);
}

/// <summary>A time of day as stored: microseconds since midnight.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DuckDBTime
{
    private long _micros;

    /// <summary>Microseconds since midnight.</summary>
    public long Micros { readonly get => _micros; set => _micros = value; }
}

/// <summary>A time of day as parts.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDBTimeOnly(byte Hour, byte Min, byte Sec, int Microsecond)
{
    /// <summary>The same time; ticks below a microsecond are dropped.</summary>
    public static implicit operator DuckDBTimeOnly(TimeOnly time) => new(
        (byte)time.Hour, (byte)time.Minute, (byte)time.Second, (int)(time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond));
}

/// <summary>A time of day with its offset, as stored: both packed in 64 bits.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DuckDBTimeTzStruct
{
    private ulong _bits;

    /// <summary>The packed bits.</summary>
    public ulong Bits { readonly get => _bits; set => _bits = value; }
}

/// <summary>A time of day with its offset from UTC in seconds, as parts.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDBTimeTz(DuckDBTimeOnly Time, int Offset);

/// <summary>A moment as stored: a count since 1970-01-01 in the unit of its type (microseconds unless the type says otherwise).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DuckDBTimestampStruct
{
    private long _micros;

    /// <summary>The count; microseconds for TIMESTAMP and TIMESTAMPTZ.</summary>
    public long Micros { readonly get => _micros; set => _micros = value; }

    /// <summary>True for infinity and -infinity.</summary>
    public readonly bool IsInfinity => _micros is long.MaxValue or -long.MaxValue;
}

/// <summary>A moment as parts.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDBTimestamp(DuckDBDateOnly Date, DuckDBTimeOnly Time)
{
    /// <summary>The moment that the stored form stands for.</summary>
    public static DuckDBTimestamp FromDuckDBTimestampStruct(DuckDBTimestampStruct timestamp)
        => NativeMethods.DateTimeHelpers.DuckDBFromTimestamp(timestamp);

    /// <summary>The stored form, in microseconds.</summary>
    public DuckDBTimestampStruct ToDuckDBTimestampStruct() => NativeMethods.DateTimeHelpers.DuckDBToTimestamp(this);
}

/// <summary>A span of months, days and microseconds, which do not convert into each other.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDBInterval(int Months, int Days, long Micros)
{
    /// <summary>Whole days and the rest of them; ticks below a microsecond are dropped.</summary>
    public static implicit operator DuckDBInterval(TimeSpan span)
        => new(0, span.Days, span.Ticks % TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond);

    /// <summary>A span without months; <see cref="InvalidCastException"/> when there are some, since a month has no fixed length.</summary>
    public static explicit operator TimeSpan(DuckDBInterval interval) => interval.Months == 0
        ? TimeSpan.FromTicks(checked((interval.Days * TimeSpan.TicksPerDay) + (interval.Micros * TimeSpan.TicksPerMicrosecond)))
        : throw new InvalidCastException(
            $"An interval of {interval.Months} months has no fixed length, so it is no TimeSpan. Read it as {nameof(DuckDBInterval)}.");
}
