using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Engines.ClickHouse;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm warehouse copy</c>: the star onto a cluster, compared row by row.</summary>
internal static class WarehouseCopyCommand
{
    public static Command Create()
    {
        var to = new Option<string?>("--to") { Description = "The cluster (default: that of crm.yaml), as clickhouse://HOST:8123/DATABASE", HelpName = "ADDRESS" };
        var anew = new Option<bool>("--anew") { Description = "All of it again, not only what runs changed since" };
        return new Command("copy", "Copy the star to a ClickHouse cluster, and compare both row by row") { to, anew }.Does((context, parsed) =>
        {
            var project = Composition.ReadProject(context.ProjectFolder);
            var text = parsed.GetValue(to) ?? project.Settings.Cluster ?? throw new CrmException(
                FailureKind.WrongUse, "no cluster", "crm warehouse copy", "--to, or `warehouse: clickhouse://…` in crm.yaml", "Say where to, as --to clickhouse://HOST:8123/DATABASE");
            var client = Composition.ClusterAt(ClusterAddress.Parse(text, parsed.GetValue(to) is null ? project.Settings.Where.ToString() : "--to"));
            var began = TimeProvider.System.GetTimestamp();
            var (shipment, tables) = Composition.CopyTo(project, context, client, parsed.GetValue(anew));
            if (shipment.Run is not { } run)
            {
                throw new Serving.NothingLoadedException(Composition.WarehouseOf(project));
            }

            var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            Tell(context, client.Address, shipment, run, tables, seconds);
            return tables.All(t => t.IsSame) ? 0 : (int)FailureKind.CheckFailed;
        });
    }

    private static void Tell(CommandContext context, ClusterAddress address, Shipment shipment, int run, IReadOnlyList<ComparedTable> tables, double seconds)
    {
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("cluster", address.ToString());
                json.WriteNumber("run", run);
                json.WriteNumber("sent", shipment.Rows);
                json.WriteNumber("ended", shipment.Ended);
                json.WriteNumber("seconds", Math.Round(seconds, 3));
                json.WriteStartArray("tables");
                foreach (var table in tables)
                {
                    json.WriteStartObject();
                    json.WriteString("table", table.Table);
                    json.WriteNumber("rows", table.Rows);
                    json.WriteNumber("rowsThere", table.RowsThere);
                    json.WriteNumber("hash", table.Hash);
                    json.WriteNumber("hashThere", table.HashThere);
                    json.WriteBoolean("same", table.IsSame);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return;
        }

        var text = new TextTable(new("Table"), new("Rows", IsNumber: true), new("There", IsNumber: true), new("Same"));
        foreach (var table in tables.Where(t => t.Rows + t.RowsThere > 0))
        {
            text.Add(table.Table, table.Rows.ToString("N0", CultureInfo.InvariantCulture), table.RowsThere.ToString("N0", CultureInfo.InvariantCulture), table.IsSame ? "yes" : "NO");
        }

        text.WriteTo(context, "  ");
        context.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{address} shows run {run}: {shipment.Rows:N0} rows sent, {shipment.Ended:N0} ended, in {seconds:N1} s."));
        if (tables.FirstOrDefault(t => !t.IsSame) is { } other)
        {
            context.Error.WriteLine($"{other.Table} is not the same on both sides. Copy it with --anew.");
        }
    }
}
