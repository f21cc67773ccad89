using System.Globalization;
using Crm.Analytics.Etl.Connectors.Databases;

namespace Crm.Analytics.Etl.Connectors.SqlServer;

/// <summary>How a value of SQL Server is read.</summary>
internal enum SqlServerForm
{
    Text,
    PaddedText,
    Uuid,
    Bytes,
    Bool,
    Int1,
    Int2,
    Int4,
    Int8,
    RowVersion,
    Float4,
    Float8,
    Decimal,
    WideDecimal,
    Date,
    Time,
    Timestamp,
    TimestampTz,
}

/// <summary>What SQL Server's types land as. A type that is not listed is cast to text by the server.</summary>
internal static class SqlServerTypes
{
    /// <summary>Digits that .NET's decimal holds of any number.</summary>
    private const int DecimalDigits = 28;

    /// <summary>The column of a type.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="written">The type as the server writes it, e.g. <c>decimal(18,2)</c>.</param>
    public static SourceColumn Column(string name, string written)
    {
        var quoted = SqlServerDatabase.Quote(name);
        var type = written.ToLowerInvariant();
        var word = type.Split('(')[0].Trim();
        var (precision, scale) = word switch { "money" => (19, 4), "smallmoney" => (10, 4), _ => Digits(type) };
        var (form, landed) = word switch
        {
            "bit" => (SqlServerForm.Bool, "BOOLEAN"),
            "tinyint" => (SqlServerForm.Int1, "SMALLINT"),
            "smallint" => (SqlServerForm.Int2, "SMALLINT"),
            "int" => (SqlServerForm.Int4, "INTEGER"),
            "bigint" => (SqlServerForm.Int8, "BIGINT"),
            "timestamp" or "rowversion" => (SqlServerForm.RowVersion, "BIGINT"),
            "real" => (SqlServerForm.Float4, "FLOAT"),
            "float" => (SqlServerForm.Float8, "DOUBLE"),
            "decimal" or "numeric" or "money" or "smallmoney" => (
                precision > DecimalDigits ? SqlServerForm.WideDecimal : SqlServerForm.Decimal,
                string.Create(CultureInfo.InvariantCulture, $"DECIMAL({precision},{scale})")),
            "date" => (SqlServerForm.Date, "DATE"),
            "time" => (SqlServerForm.Time, "TIME"),
            "datetime" or "datetime2" or "smalldatetime" => (SqlServerForm.Timestamp, "TIMESTAMP"),
            "datetimeoffset" => (SqlServerForm.TimestampTz, "TIMESTAMP WITH TIME ZONE"),
            "uniqueidentifier" => (SqlServerForm.Uuid, "VARCHAR"),
            "char" or "nchar" => (SqlServerForm.PaddedText, "VARCHAR"),
            "binary" or "varbinary" or "image" => (SqlServerForm.Bytes, "VARCHAR"),
            _ => (SqlServerForm.Text, "VARCHAR"),
        };
        return new(name, landed, Selected(quoted, word, form), Compared(quoted, word, form), (int)form) { Missing = $"{quoted} IS NULL", Scale = scale };
    }

    private static string Selected(string quoted, string word, SqlServerForm form) => form switch
    {
        SqlServerForm.RowVersion => $"CAST({quoted} AS bigint)",
        SqlServerForm.WideDecimal => $"CONVERT(varchar(50), {quoted})",
        SqlServerForm.Text when word is not ("varchar" or "nvarchar" or "text" or "ntext" or "sysname" or "xml") => $"CAST({quoted} AS nvarchar(max))",
        _ => quoted,
    };

    /// <summary>Texts are compared by their characters' numbers, as the engine does, whatever the column's own order.</summary>
    private static string Compared(string quoted, string word, SqlServerForm form) => form switch
    {
        SqlServerForm.Text or SqlServerForm.PaddedText when word is "varchar" or "nvarchar" or "char" or "nchar" or "sysname" => $"{quoted} COLLATE Latin1_General_BIN2",
        SqlServerForm.Text => $"CAST({quoted} AS nvarchar(max)) COLLATE Latin1_General_BIN2",
        _ => quoted,
    };

    private static (int Precision, int Scale) Digits(string type)
    {
        var open = type.IndexOf('(', StringComparison.Ordinal);
        var parts = open < 0 ? [] : type[(open + 1)..].TrimEnd(')').Split(',');
        return parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var precision)
            && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var scale) ? (precision, scale) : (18, 0);
    }
}
