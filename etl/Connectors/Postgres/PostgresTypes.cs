using System.Globalization;
using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Postgres;

/// <summary>How a value of PostgreSQL's binary COPY is decoded.</summary>
internal enum PostgresForm
{
    Text,
    PaddedText,
    Jsonb,
    Uuid,
    Bytes,
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Decimal,
    NumericText,
    Date,
    Time,
    Timestamp,
}

/// <summary>What PostgreSQL's types land as. A type that is not listed is cast to text by the server.</summary>
internal static class PostgresTypes
{
    /// <summary>The column of a type.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="oid">The type's number in pg_type.</param>
    /// <param name="precision">Digits of a numeric; null when it has no declared precision.</param>
    /// <param name="scale">Digits after its point.</param>
    public static SourceColumn Column(string name, uint oid, int? precision, int? scale)
    {
        var quoted = SqlName.Quote(name);
        var (form, type, compared) = oid switch
        {
            16 => (PostgresForm.Bool, "BOOLEAN", quoted),
            21 => (PostgresForm.Int2, "SMALLINT", quoted),
            23 => (PostgresForm.Int4, "INTEGER", quoted),
            20 => (PostgresForm.Int8, "BIGINT", quoted),
            26 => (PostgresForm.Oid, "BIGINT", quoted),
            700 => (PostgresForm.Float4, "FLOAT", quoted),
            701 => (PostgresForm.Float8, "DOUBLE", quoted),
            1700 when precision is > 0 and <= 38 && scale is >= 0 && scale <= precision =>
                (PostgresForm.Decimal, string.Create(CultureInfo.InvariantCulture, $"DECIMAL({precision},{scale})"), quoted),
            1700 => (PostgresForm.NumericText, "VARCHAR", quoted),
            25 or 1043 or 19 => (PostgresForm.Text, "VARCHAR", $"{quoted} COLLATE \"C\""),
            1042 => (PostgresForm.PaddedText, "VARCHAR", $"{quoted} COLLATE \"C\""),
            114 => (PostgresForm.Text, "VARCHAR", $"{quoted}::text"),
            3802 => (PostgresForm.Jsonb, "VARCHAR", $"{quoted}::text"),
            2950 => (PostgresForm.Uuid, "VARCHAR", quoted),
            17 => (PostgresForm.Bytes, "VARCHAR", quoted),
            1082 => (PostgresForm.Date, "DATE", quoted),
            1083 => (PostgresForm.Time, "TIME", quoted),
            1114 => (PostgresForm.Timestamp, "TIMESTAMP", quoted),
            1184 => (PostgresForm.Timestamp, "TIMESTAMP WITH TIME ZONE", quoted),
            _ => (PostgresForm.Text, "VARCHAR", $"{quoted}::text COLLATE \"C\""),
        };
        var isKnown = compared == quoted || oid is 25 or 1043 or 19 or 1042 or 114 or 3802;
        return new(name, type, isKnown ? quoted : $"{quoted}::text", compared, (int)form)
        {
            OrderType = form == PostgresForm.NumericText ? "DECIMAL(38,10)" : type,
            Missing = form switch
            {
                PostgresForm.Date or PostgresForm.Timestamp => $"{quoted} IS NULL OR NOT isfinite({quoted})",
                PostgresForm.Decimal or PostgresForm.NumericText => $"{quoted} IS NULL OR {quoted}::text IN ('NaN', 'Infinity', '-Infinity')",
                PostgresForm.Float4 or PostgresForm.Float8 => $"{quoted} IS NULL OR {quoted} = 'NaN'",
                _ => $"{quoted} IS NULL",
            },
            Scale = scale ?? 0,
        };
    }
}
