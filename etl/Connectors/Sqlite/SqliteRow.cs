using System.Globalization;
using Crm.Analytics.Etl.Connectors.Databases;
using SQLitePCL;

namespace Crm.Analytics.Etl.Connectors.Sqlite;

/// <summary>Writes the record that a statement stands on, straight from SQLite's own memory.</summary>
internal static class SqliteRow
{
    /// <summary>The greatest whole number up to which a DOUBLE holds every one.</summary>
    private const long Exact = 1L << 53;

    public static void Write(sqlite3_stmt row, IReadOnlyList<SourceColumn> columns, RowSink rows)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (Value(row, i, columns[i].Type, rows) is { } reason)
            {
                rows.RejectRow(i, columns[i].Name, reason, raw.sqlite3_column_text(row, i).utf8_to_string() ?? "");
                return;
            }
        }

        rows.EndRow();
    }

    /// <returns>What is wrong with the value; null when it is written.</returns>
    private static string? Value(sqlite3_stmt row, int i, string type, RowSink rows)
    {
        var kind = raw.sqlite3_column_type(row, i);
        switch (type, kind)
        {
            case (_, raw.SQLITE_NULL):
                rows[i].Null();
                return null;
            case ("BIGINT", raw.SQLITE_INTEGER):
                rows[i].Long(raw.sqlite3_column_int64(row, i));
                return null;
            case ("DOUBLE", raw.SQLITE_FLOAT):
                rows[i].Double(raw.sqlite3_column_double(row, i));
                return null;
            case ("DOUBLE", raw.SQLITE_INTEGER) when raw.sqlite3_column_int64(row, i) is >= -Exact and <= Exact and var whole:
                rows[i].Double(whole);
                return null;
            case ("BOOLEAN", raw.SQLITE_INTEGER) when raw.sqlite3_column_int64(row, i) is >= 0 and <= 1 and var truth:
                rows[i].Boolean(truth == 1);
                return null;
            case ("BOOLEAN", raw.SQLITE_TEXT) when bool.TryParse(raw.sqlite3_column_text(row, i).utf8_to_string(), out var word):
                rows[i].Boolean(word);
                return null;
            case ("VARCHAR", raw.SQLITE_BLOB):
                rows[i].Text(Convert.ToHexStringLower(raw.sqlite3_column_blob(row, i)));
                return null;
            case ("VARCHAR", raw.SQLITE_FLOAT):
                rows[i].Text(raw.sqlite3_column_double(row, i).ToString("R", CultureInfo.InvariantCulture));
                return null;
            case ("VARCHAR", _):
                Text(row, i, rows);
                return null;
            default:
                return $"the {Word(kind)} is no {type}, which the column is declared to hold";
        }
    }

    private static unsafe void Text(sqlite3_stmt row, int i, RowSink rows)
    {
        var text = raw.sqlite3_column_text(row, i);
        fixed (byte* first = &text.GetPinnableReference())
        {
            if (!rows[i].Text(new ReadOnlySpan<byte>(first, raw.sqlite3_column_bytes(row, i))))
            {
                rows.Warn("bytes that are no UTF-8 were replaced by U+FFFD");
            }
        }
    }

    private static string Word(int kind) => kind switch
    {
        raw.SQLITE_INTEGER => "whole number",
        raw.SQLITE_FLOAT => "number",
        raw.SQLITE_BLOB => "blob",
        _ => "text",
    };
}
