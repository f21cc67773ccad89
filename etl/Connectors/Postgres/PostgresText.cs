using Crm.Analytics.Etl.Connectors.Databases;

namespace Crm.Analytics.Etl.Connectors.Postgres;

/// <summary>Reads values that the server wrote as text, in the engine's words.</summary>
internal static class PostgresText
{
    /// <summary>The expression that a column of text becomes; NULL where the text is not of the type. Infinity is NULL, as it is everywhere.</summary>
    public static string Read(SourceColumn column, string text) => (PostgresForm)column.Form switch
    {
        PostgresForm.Bytes => $"substr({text}, 3)",
        PostgresForm.PaddedText => $"rtrim({text}, ' ')",
        PostgresForm.Date or PostgresForm.Timestamp =>
            $"CASE WHEN {text} IN ('infinity', '-infinity') THEN NULL ELSE TRY_CAST(replace({text}, ' BC', ' (BC)') AS {column.Type}) END",
        _ when column.Type == "VARCHAR" => text,
        _ => $"TRY_CAST({text} AS {column.Type})",
    };
}
