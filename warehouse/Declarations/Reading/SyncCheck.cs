using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>Checks that a stream follows its source in a way that its connector can, and has what that takes.</summary>
internal static class SyncCheck
{
    /// <param name="stream">The stream's keys.</param>
    /// <param name="connector">The source's connector.</param>
    /// <param name="references">Takes the problems.</param>
    public static void Check(YamlMap stream, ConnectorOptions connector, References references)
    {
        var (load, cursor, deletes) = (stream.Scalar("load"), stream.Scalar("cursor"), stream.Scalar("deletes"));
        var hasKey = stream.ScalarsOf("key").Any();
        if (cursor is not null && !hasKey)
        {
            references.Add(cursor.Where, "'cursor' without 'key'", "the columns that identify a record: those at the mark come again, and a newer version replaces an older one",
                "add `key:`");
        }

        if (stream.Scalar("lag") is { } distance && !connector.ReadsFromCursor)
        {
            references.Add(distance.Where, $"'lag' for connector '{connector.Connector}'", "a connector that reads on from a mark",
                "remove 'lag'; the connector finds what is new by itself, and the cursor only says which version of a record is newer");
        }

        if (load?.Text == "changes" && !connector.ReadsChanges)
        {
            references.Add(load.Where, $"'changes' for 'load' of connector '{connector.Connector}'", "a connector that reads its source's log of changes",
                "load it in full, or incrementally by a cursor");
        }

        if (deletes?.Text == "keys" && !connector.ReadsKeys)
        {
            references.Add(deletes.Where, $"'keys' for 'deletes' of connector '{connector.Connector}'", "a connector that reads the keys alone",
                "remove 'deletes', or say deleted_when");
        }

        if (!hasKey && load?.Text == "changes")
        {
            references.Add(load.Where, "'load: changes' without 'key'", "the columns that identify a record", "add `key:`");
        }

        if (!hasKey && deletes?.Text == "keys")
        {
            references.Add(deletes.Where, "'deletes: keys' without 'key'", "the columns that identify a record", "add `key:`");
        }

        if (cursor is null && load?.Text == "incremental" && connector.ReadsFromCursor)
        {
            references.Add(load.Where, "'load: incremental' without 'cursor'", "a column that grows with every change", "add `cursor:`");
        }

        if (cursor is null && stream.Scalar("lag") is { } lag)
        {
            references.Add(lag.Where, "'lag' without 'cursor'", "a column that grows with every change, which the lag is about", "add `cursor:`, or remove 'lag'");
        }
    }
}
