using System.Globalization;

namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>The kinds of value a declared column can hold.</summary>
public enum TypeKind
{
    /// <summary>Unicode text.</summary>
    Text,

    /// <summary>Whole number, 64 bits.</summary>
    Integer,

    /// <summary>Exact decimal number with a declared precision and scale.</summary>
    Decimal,

    /// <summary>Binary floating-point number, 64 bits; never for money.</summary>
    Double,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>Calendar day.</summary>
    Date,

    /// <summary>Date and time of day in the project's time zone, microseconds.</summary>
    Timestamp,
}

/// <summary>A declared column type: <c>text</c>, <c>integer</c>, <c>decimal(18,4)</c>, <c>double</c>, <c>boolean</c>, <c>date</c>, <c>timestamp</c>.</summary>
/// <param name="Kind">The kind of value.</param>
/// <param name="Precision">Digits in all, for decimals (1–38); else 0.</param>
/// <param name="Scale">Digits after the point, for decimals; else 0.</param>
public readonly record struct ColumnType(TypeKind Kind, int Precision = 0, int Scale = 0)
{
    /// <summary>The type's name in ANSI/DuckDB SQL.</summary>
    public string Sql => Kind switch
    {
        TypeKind.Text => "VARCHAR",
        TypeKind.Integer => "BIGINT",
        TypeKind.Decimal => string.Create(CultureInfo.InvariantCulture, $"DECIMAL({Precision},{Scale})"),
        TypeKind.Double => "DOUBLE",
        TypeKind.Boolean => "BOOLEAN",
        TypeKind.Date => "DATE",
        TypeKind.Timestamp => "TIMESTAMP",
        _ => throw new InvalidOperationException($"unknown type kind {Kind}"),
    };

    /// <summary>The type as YAML spells it.</summary>
    public override string ToString() => Kind == TypeKind.Decimal
        ? string.Create(CultureInfo.InvariantCulture, $"decimal({Precision},{Scale})")
        : Kind.ToString().ToLowerInvariant();

    /// <summary>Most digits of a decimal.</summary>
    public const int MaxPrecision = 38;

    /// <summary>Reads a type as YAML spells it; <c>decimal</c> needs precision (1–38) and scale (0–precision). Spaces are allowed inside the brackets.</summary>
    public static bool TryParse(string text, out ColumnType type)
    {
        type = default;
        var simple = text switch
        {
            "text" => TypeKind.Text,
            "integer" => TypeKind.Integer,
            "double" => TypeKind.Double,
            "boolean" => TypeKind.Boolean,
            "date" => TypeKind.Date,
            "timestamp" => TypeKind.Timestamp,
            _ => TypeKind.Decimal,
        };
        if (simple != TypeKind.Decimal)
        {
            type = new(simple);
            return true;
        }

        const string start = "decimal(";
        var comma = text.IndexOf(',');
        if (!text.StartsWith(start, StringComparison.Ordinal) || !text.EndsWith(')') || comma < 0
            || !TryDigits(text.AsSpan(start.Length, comma - start.Length), out var precision) || !TryDigits(text.AsSpan(comma + 1)[..^1], out var scale)
            || precision is 0 or > MaxPrecision || scale > precision)
        {
            return false;
        }

        type = new(TypeKind.Decimal, precision, scale);
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<char> text, out int number)
        => int.TryParse(text.Trim(' '), NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
