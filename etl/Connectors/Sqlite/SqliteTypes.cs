using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Sqlite;

/// <summary>
/// What SQLite's declared types land as. Its columns hold values of any kind, so a declared type is a promise: a value that breaks it goes to the
/// quarantine with its reason, and text takes every value as it stands.
/// </summary>
internal static class SqliteTypes
{
    /// <summary>The column of a declared type.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="declared">The type as the table declares it; empty for an expression.</param>
    public static SourceColumn Column(string name, string declared)
    {
        var quoted = SqlName.Quote(name);
        return new(name, Landed(declared.ToUpperInvariant()), quoted, quoted, 0) { Missing = $"{quoted} IS NULL" };
    }

    /// <summary>SQLite's own rules of affinity, in its order; dates are text there.</summary>
    private static string Landed(string declared) =>
        declared.Contains("BOOL", StringComparison.Ordinal) ? "BOOLEAN"
        : declared.Contains("INT", StringComparison.Ordinal) ? "BIGINT"
        : declared.Contains("CHAR", StringComparison.Ordinal) || declared.Contains("CLOB", StringComparison.Ordinal)
            || declared.Contains("TEXT", StringComparison.Ordinal) ? "VARCHAR"
        : declared.Contains("REAL", StringComparison.Ordinal) || declared.Contains("FLOA", StringComparison.Ordinal)
            || declared.Contains("DOUB", StringComparison.Ordinal) || declared.Contains("NUM", StringComparison.Ordinal)
            || declared.Contains("DEC", StringComparison.Ordinal) ? "DOUBLE"
        : "VARCHAR";
}
