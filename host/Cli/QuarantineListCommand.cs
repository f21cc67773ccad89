using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm quarantine list</c>: the records that were set aside, where they stand and why.</summary>
internal static class QuarantineListCommand
{
    private static readonly string[] titles = ["id", "run", "source", "stream", "contract", "file", "record", "line", "column", "column_name", "rule", "reason", "raw"];

    public static Command Create()
    {
        var source = new Option<string?>("--source") { Description = "Only of this source", HelpName = "NAME" };
        var stream = new Option<string?>("--stream") { Description = "Only of this stream", HelpName = "NAME" };
        var rule = new Option<string?>("--rule") { Description = "Only what broke this rule", HelpName = "NAME" };
        var run = new Option<int?>("--run") { Description = "Only what this run set aside", HelpName = "N" };
        var file = new Option<string?>("--file") { Description = "Only of this file, as the list spells it", HelpName = "PATH" };
        var limit = new Option<int>("--limit") { Description = "Most reasons to show", HelpName = "N", DefaultValueFactory = _ => 50 };
        var format = new Option<string>("--format") { Description = "table or csv (default: table)", HelpName = "FORMAT", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "csv");
        return new Command("list", "Records that were set aside: file, line, reason, and the raw record") { source, stream, rule, run, file, limit, format }
            .Does((context, parsed) => Run(
                context, new(parsed.GetValue(source), parsed.GetValue(stream), parsed.GetValue(rule), parsed.GetValue(run), parsed.GetValue(file), parsed.GetValue(limit)),
                parsed.GetValue(format) == "csv"));
    }

    private static int Run(CommandContext context, Wanted wanted, bool asCsv)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        using var warehouse = Composition.OpenToRead(project, context);
        using var session = warehouse.Instance.Connect();
        var sql = SqlFile.Beside(typeof(QuarantineListCommand));
        var filter = sql.Fill("filter");
        var total = session.Scalar<long>(
            sql.Fill("count", ("filter", filter)), new { source = wanted.Source, stream = wanted.Stream, rule = wanted.Rule, run = wanted.Run, file = wanted.File }, context.Cancellation);
        var records = session.Query<SetAsideRecord>(
            sql.Fill("records", ("filter", filter)),
            new { source = wanted.Source, stream = wanted.Stream, rule = wanted.Rule, run = wanted.Run, file = wanted.File, limit = wanted.Limit }, context.Cancellation);
        if (asCsv)
        {
            ResultCsv.Write(titles, records.Select(Cells), context.Answer());
        }
        else if (context.Json)
        {
            WriteJson(context, total, records);
        }
        else
        {
            WriteTable(context, total, records);
        }

        return 0;
    }

    private static void WriteTable(CommandContext context, long total, IReadOnlyList<SetAsideRecord> records)
    {
        var table = new TextTable(new("Id", true), new("Run", true), new("Where"), new("Rule"), new("Reason"), new("Record"));
        foreach (var r in records)
        {
            table.Add(r.QuarantineId.ToString(CultureInfo.InvariantCulture), r.RunId.ToString(CultureInfo.InvariantCulture), r.Where, r.Rule, r.Reason, Shorten(r.Raw ?? ""));
        }

        table.WriteTo(context);
        context.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{records.Count:N0} of {total:N0} reasons for quarantine (a record can have several)"));
    }

    private static void WriteJson(CommandContext context, long total, IReadOnlyList<SetAsideRecord> records) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("total", total);
        json.WriteStartArray("records");
        foreach (var record in records)
        {
            record.Write(json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string?[] Cells(SetAsideRecord r) =>
        [Text(r.QuarantineId), Text(r.RunId), r.Source, r.Stream, r.Contract, r.Path, Text(r.SourceRecord), Text(r.Line), Text(r.ColumnNumber), r.ColumnName, r.Rule, r.Reason, r.Raw];

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..79] + "…";

    private sealed record Wanted(string? Source, string? Stream, string? Rule, int? Run, string? File, int Limit);
}
