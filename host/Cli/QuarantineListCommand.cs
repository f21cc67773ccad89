using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm quarantine list</c>: the records that were set aside, where they stand and why.</summary>
internal static class QuarantineListCommand
{
    public static Command Create()
    {
        var source = new Option<string?>("--source") { Description = "Only of this source", HelpName = "NAME" };
        var rule = new Option<string?>("--rule") { Description = "Only what broke this rule", HelpName = "NAME" };
        var limit = new Option<int>("--limit") { Description = "Most records to show", HelpName = "N", DefaultValueFactory = _ => 50 };
        return new Command("list", "Records that were set aside: file, line, reason, and the raw record") { source, rule, limit }
            .Does((context, parsed) => Run(context, parsed.GetValue(source), parsed.GetValue(rule), parsed.GetValue(limit)));
    }

    private static int Run(CommandContext context, string? source, string? rule, int limit)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        using var warehouse = Composition.OpenToRead(project, context);
        using var session = warehouse.Instance.Connect();
        var sql = SqlFile.Beside(typeof(QuarantineListCommand));
        var total = session.Scalar<long>(sql.Fill("count"), new { source, rule }, context.Cancellation);
        var records = session.Query<BadRecord>(sql.Fill("records"), new { source, rule, limit }, context.Cancellation);
        if (context.Json)
        {
            WriteJson(context, total, records);
            return 0;
        }

        var table = new TextTable(new("Run", true), new("Where"), new("Rule"), new("Reason"), new("Record"));
        foreach (var r in records)
        {
            var where = r.Path is null ? $"{r.Source}/{r.Stream}" : $"{r.Path}:{r.Line ?? r.SourceRecord}";
            table.Add(r.RunId.ToString(CultureInfo.InvariantCulture), where, r.Rule, r.Reason, Shorten(r.Raw ?? ""));
        }

        table.WriteTo(context);
        context.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{records.Count:N0} of {total:N0} reasons for quarantine (a record can have several)"));
        return 0;
    }

    private static void WriteJson(CommandContext context, long total, IReadOnlyList<BadRecord> records) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("total", total);
        json.WriteStartArray("records");
        foreach (var r in records)
        {
            json.WriteStartObject();
            json.WriteNumber("id", r.QuarantineId);
            json.WriteNumber("run", r.RunId);
            json.WriteString("source", r.Source);
            json.WriteString("stream", r.Stream);
            json.WriteString("contract", r.Contract);
            json.WriteString("file", r.Path);
            Write("record", r.SourceRecord);
            Write("line", r.Line);
            json.WriteString("column", r.ColumnName);
            json.WriteString("rule", r.Rule);
            json.WriteString("reason", r.Reason);
            json.WriteString("raw", r.Raw);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();

        void Write(string name, long? value)
        {
            if (value is { } number)
            {
                json.WriteNumber(name, number);
            }
            else
            {
                json.WriteNull(name);
            }
        }
    });

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..79] + "…";

    private sealed record BadRecord(
        long QuarantineId, int RunId, string Source, string Stream, string? Contract, string? Path, long? SourceRecord, long? Line, string? ColumnName,
        string Rule, string Reason, string? Raw);
}
