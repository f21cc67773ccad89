using Crm.Analytics.Warehouse.Storage;
using DuckDB.NET.Data;

namespace Crm.Analytics.Tests.Recovery.Child;

internal static class Modes
{
    /// <summary>Holds the warehouse.</summary>
    public static void Hold(string file)
    {
        using var instance = DuckDbInstance.OpenWarehouse(new WarehouseOptions(file));
        Say("ready");
        Console.In.ReadToEnd();
    }

    /// <summary>Leaves a write-ahead log that DuckDB cannot replay when the file is opened by its name: a changed table with a function default.</summary>
    public static void LeaveFaultyLog(string file)
    {
        using var connection = new DuckDBConnection($"DataSource={file}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            CREATE SEQUENCE numbers;
            CREATE TABLE ledger (id BIGINT DEFAULT nextval('numbers'), made_at TIMESTAMPTZ DEFAULT now(), text VARCHAR);
            INSERT INTO ledger (text) SELECT 'before ' || range FROM range(100);
            CHECKPOINT;
            ALTER TABLE ledger ADD COLUMN amount DECIMAL(18,4);
            INSERT INTO ledger (text, amount) SELECT 'after ' || range, range FROM range(50);
            """;
        command.ExecuteNonQuery();
        Say("ready");
        Console.In.ReadToEnd();
    }

    /// <summary>
    /// Without end: a transaction that ends and replaces versions, inserts facts by SQL and by append, and writes a ledger row of what it did.
    /// Continues where the ledger ends.
    /// </summary>
    public static void Work(string file)
    {
        using var instance = DuckDbInstance.OpenWarehouse(new WarehouseOptions(file) { Threads = 2 });
        using var session = instance.Connect();
        session.Execute(Workload.Tables);
        session.TryCheckpoint();
        while (true)
        {
            var round = session.Scalar<int>("SELECT coalesce(max(round), 0) + 1 FROM star.ledger");
            session.InTransaction(() => Workload.Round(session, round));
            Say($"committed {round}");
            if (round % 7 == 0)
                session.TryCheckpoint();
        }
    }

    private static void Say(string line)
    {
        Console.WriteLine(line);
        Console.Out.Flush();
    }
}
