using System.Globalization;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Databases;

/// <summary>Where an incremental load begins again: its mark, less the lag.</summary>
internal static class CursorBound
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(CursorBound));

    /// <summary>The mark less the lag, as the engine spells it.</summary>
    /// <exception cref="CrmException">The lag does not go with the cursor's type, or the mark is of another type.</exception>
    public static string Of(StreamContext stream, SourceColumn cursor, string mark)
    {
        try
        {
            return stream.Stream.Sync.Lag switch
            {
                { Number: 0 } lag when lag.Time != TimeSpan.Zero => Moment(stream, cursor, mark, lag.Time),
                { Number: > 0 } lag => stream.Scratch.Scalar<string>(Sql.Fill("number", ("type", Number(stream, cursor))), new { mark, number = lag.Number }),
                _ => stream.Scratch.Scalar<string>(Sql.Fill("same", ("type", cursor.OrderType)), new { mark }),
            };
        }
        catch (EngineException e) when (e.Kind == EngineErrorKind.Conversion)
        {
            throw new CrmException(
                FailureKind.CheckFailed, $"the mark {mark}, which is no {cursor.OrderType}", $"{stream.Stream.Where} ({stream.Name})",
                $"a mark of cursor {cursor.Name}", "If the cursor's type changed, load the stream anew; if the lag does not go with it, correct it", e);
        }
    }

    private static string Moment(StreamContext stream, SourceColumn cursor, string mark, TimeSpan time)
    {
        var seconds = time.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return cursor.OrderType switch
        {
            // A moment kept as text: the bound is written as the mark is.
            "VARCHAR" => stream.Scratch.Scalar<string>(
                Sql.Fill("text", ("seconds", seconds)), new { mark, format = mark.Length <= 10 ? "%Y-%m-%d" : mark[10] == 'T' ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d %H:%M:%S" }),
            "DATE" or "TIMESTAMP" or "TIMESTAMP WITH TIME ZONE" => stream.Scratch.Scalar<string>(
                Sql.Fill("moment", ("type", cursor.OrderType), ("seconds", seconds)), new { mark }),
            _ => throw Mismatch(stream, cursor, "a number, as lag: 1000"),
        };
    }

    private static string Number(StreamContext stream, SourceColumn cursor) =>
        cursor.OrderType is "VARCHAR" or "DATE" or "TIMESTAMP" or "TIMESTAMP WITH TIME ZONE" or "TIME" or "BOOLEAN"
            ? throw Mismatch(stream, cursor, "a time span, as lag: 2 days") : cursor.OrderType;

    private static CrmException Mismatch(StreamContext stream, SourceColumn cursor, string expected) => new(
        FailureKind.CheckFailed, $"a lag that does not go with cursor {cursor.Name} of type {cursor.OrderType}", $"{stream.Stream.Where} ({stream.Name})",
        expected, "Correct the lag, or name another cursor");
}
