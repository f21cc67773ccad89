using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Etl.Staging;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm source preview</c>: the first records of a stream, as they come or as rows of a contract.</summary>
internal static class SourcePreviewCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "The source" };
        var stream = new Argument<string?>("STREAM") { Description = "The stream; may be left out when there is one", Arity = ArgumentArity.ZeroOrOne };
        var contract = new Option<string?>("--contract") { Description = "Show the rows they make of this contract, and why others make none", HelpName = "NAME" };
        var limit = new Option<int>("--limit") { Description = "Most records", HelpName = "N", DefaultValueFactory = _ => 20 };
        return new Command("preview", "The first records of a stream, raw or as rows of a contract; nothing is stored") { name, stream, contract, limit }
            .Does((context, parsed) => Run(context, parsed.GetValue(name)!, parsed.GetValue(stream), parsed.GetValue(contract), parsed.GetValue(limit)));
    }

    private static int Run(CommandContext context, string name, string? streamName, string? contractName, int limit)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        var source = SourceAccess.Find(project, name);
        var stream = SourceAccess.Find(source, streamName);
        using var access = new SourceAccess(project, context);
        using var sample = access.Sample(source, stream, limit);
        var preview = new StreamPreview(access.Session, project, source, stream, sample, limit);
        if (contractName is null)
        {
            Write(context, [.. sample.Columns.Select(c => c.Name)], preview.Raw(context.Cancellation), []);
            return 0;
        }

        var mapped = source.Maps.Where(m => m.From == stream.Name).Select(m => m.Contract).ToList();
        if (!mapped.Contains(contractName))
        {
            throw new CrmException(
                FailureKind.WrongUse, $"{source.Name}/{stream.Name} makes no rows of '{contractName}'", stream.Where.ToString(),
                NearestName.Expected("a contract it is mapped to", contractName, mapped), "Name another one, or add a map");
        }

        var contract = project.Catalogue.Contracts[contractName];
        var (rows, faults) = preview.Conformed(contract, context.Cancellation);
        Write(context, [.. contract.Columns.Select(c => c.Name)], rows, faults);
        return 0;
    }

    private static void Write(CommandContext context, IReadOnlyList<string> columns, IReadOnlyList<PreviewRow> rows, IReadOnlyList<PreviewFault> faults)
    {
        if (context.Json)
        {
            WriteJson(context, columns, rows, faults);
            return;
        }

        var table = new TextTable([new("Where"), .. columns.Select(c => new TextTable.Column(c))]);
        foreach (var row in rows)
        {
            table.Add([Place(row.Path, row.Record), .. row.Values.Select(v => v ?? "–")]);
        }

        table.WriteTo(context);
        if (faults.Count > 0)
        {
            context.WriteLine();
            var bad = new TextTable(new("Where"), new("Rule"), new("Column"), new("Reason"));
            foreach (var fault in faults)
            {
                bad.Add(Place(fault.Path, fault.Record), fault.Rule, fault.Column ?? "", fault.Reason);
            }

            bad.WriteTo(context);
        }
    }

    private static void WriteJson(CommandContext context, IReadOnlyList<string> columns, IReadOnlyList<PreviewRow> rows, IReadOnlyList<PreviewFault> faults) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("rows");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            json.WriteString("file", row.Path);
            json.WriteNumber("record", row.Record);
            json.WriteStartObject("values");
            for (var i = 0; i < columns.Count; i++)
            {
                json.WriteString(columns[i], row.Values[i]);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("faults");
        foreach (var fault in faults)
        {
            json.WriteStartObject();
            json.WriteString("file", fault.Path);
            json.WriteNumber("record", fault.Record);
            json.WriteString("rule", fault.Rule);
            json.WriteString("column", fault.Column);
            json.WriteString("reason", fault.Reason);
            json.WriteString("raw", fault.Raw);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Place(string path, long record) => string.Create(CultureInfo.InvariantCulture, $"{path} #{record}");
}
