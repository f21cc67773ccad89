using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Crm.Analytics.Etl.Lineage;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm lineage</c>: from rows of a fact back to the records they came from, or from a source's column forward to measures and reports.</summary>
internal static class LineageCommand
{
    public static Command Create()
    {
        var what = new Argument<string>("WHAT") { Description = "A fact or cube, or a source's column as SOURCE.STREAM.COLUMN" };
        var conditions = new Argument<string[]>("COLUMN=VALUE") { Description = "Rows to trace: values that columns of the fact have; an empty value means missing", Arity = ArgumentArity.ZeroOrMore };
        var limit = new Option<int>("--limit") { Description = "Most rows", HelpName = "N", DefaultValueFactory = _ => 10 };
        return new Command("lineage", "From fact rows back to file and record, or from a source's column forward to measures and reports") { what, conditions, limit }
            .Does((context, parsed) =>
            {
                var project = Composition.ReadProject(context.ProjectFolder);
                var name = parsed.GetValue(what)!;
                return name.Contains('.', StringComparison.Ordinal) && !name.StartsWith("star.", StringComparison.Ordinal)
                    ? Forward(context, project, name) : Back(context, project, name, parsed.GetValue(conditions)!, parsed.GetValue(limit));
            });
    }

    private static int Forward(CommandContext context, Project project, string name)
    {
        var parts = name.Split('.', 3);
        if (parts is not [var sourceName, var streamName, var column])
        {
            throw new CrmException(FailureKind.WrongUse, $"'{name}'", "WHAT", "SOURCE.STREAM.COLUMN, or the name of a fact", "Write all three parts");
        }

        var source = SourceAccess.Find(project, sourceName);
        var stream = SourceAccess.Find(source, streamName);
        var steps = new ColumnLineage(project).Forward(source, stream, column);
        if (steps.Count == 0)
        {
            string[] columns = Columns(project, context, source, stream);
            if (!columns.Contains(column, StringComparer.OrdinalIgnoreCase))
            {
                throw new CrmException(
                    FailureKind.WrongUse, $"no column '{column}' in {source.Name}/{stream.Name}", stream.Where.ToString(), NearestName.Expected("a column of the stream", column, columns), "Correct the name");
            }
        }

        var reports = ReportsThatShow([.. steps.Where(s => s.Kind == "member").Select(s => s.Name).Distinct()], project);
        if (context.Json)
        {
            WriteJson(context, name, steps, reports);
            return 0;
        }

        context.WriteLine(name);
        foreach (var kind in steps.GroupBy(s => s.Kind))
        {
            foreach (var step in kind)
            {
                context.WriteLine($"  {kind.Key,-9}  {step.Name}  ←  {step.From}{(step.Through == step.From.Split('.')[^1] ? "" : $"  ({step.Through})")}");
            }
        }

        foreach (var report in reports)
        {
            context.WriteLine($"  {"report",-9}  {report.Key}  ←  {string.Join(", ", report)}");
        }

        if (steps.Count == 0)
        {
            context.WriteLine("  no map uses it");
        }

        return 0;
    }

    private static string[] Columns(Project project, CommandContext context, Source source, SourceStream stream)
    {
        using var access = new SourceAccess(project, context);
        return [.. Composition.ConnectorOf(project, source).Columns(access.Of(source).Of(stream), context.Cancellation).Select(c => c.Name)];
    }

    /// <summary>Reports that name a member, with the members they name.</summary>
    private static List<IGrouping<string, string>> ReportsThatShow(IReadOnlyList<string> members, Project project) =>
        [.. ReportWriting.List(project).SelectMany(r =>
        {
            var text = Encoding.UTF8.GetString(r.Content.Span);
            return members.Where(m => Regex.IsMatch(text, $@"(?<![\w.]){Regex.Escape(m)}(?![\w.]\w)")).Select(m => (Report: r.Name, Member: m));
        }).GroupBy(r => r.Report, r => r.Member)];

    private static int Back(CommandContext context, Project project, string name, string[] conditions, int limit)
    {
        var fact = FactOf(project.Catalogue, name);
        var wanted = conditions.Select(Condition).ToList();
        using var warehouse = Composition.OpenToRead(project, context);
        using var session = warehouse.Instance.Connect();
        using var scratch = Composition.Scratch(project);
        using var outside = scratch.Connect();
        var landing = Composition.Landing(project);
        var rows = new RecordLineage(session, outside, project.Catalogue, landing).Back(fact, wanted, limit, context.Cancellation);
        if (context.Json)
        {
            WriteJson(context, fact, rows);
            return 0;
        }

        foreach (var row in rows)
        {
            context.WriteLine($"{fact.TableName}, run {row.Run.ToString(CultureInfo.InvariantCulture)}: {string.Join(", ", row.Values.Where(v => v.Value is not null).Select(v => $"{v.Key} {v.Value}"))}");
            context.WriteLine($"  from {row.Source}/{row.Stream}, {Place(row)}");
            foreach (var part in row.Parts)
            {
                context.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  made of {row.Source}/{part.Stream}{(part.Key is null ? "" : $" {part.Key}")}, {part.Path} record {part.Record}"));
            }

            context.WriteLine($"  {row.Raw ?? "(landing no longer holds it)"}");
        }

        context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows.Count:N0} {(rows.Count == 1 ? "row" : "rows")}{(rows.Count == limit ? " (there may be more: raise --limit)" : "")}"));
        return 0;
    }

    private static string Place(TracedRow row) => string.Create(
        CultureInfo.InvariantCulture, $"{row.Path}{(row.Line is > 0 ? $":{row.Line}" : "")} record {row.Record}");

    private static Fact FactOf(Catalogue catalogue, string name)
    {
        var table = catalogue.Cubes.GetValueOrDefault(name)?.Table;
        var fact = catalogue.Facts.Values.FirstOrDefault(f => f.Name == name || f.TableName == name || f.Table == name || f.Table == table) ?? throw new CrmException(
            FailureKind.WrongUse, $"no fact or cube '{name}'", "WHAT",
            NearestName.Expected("a fact, a cube, or SOURCE.STREAM.COLUMN", name, [.. catalogue.Facts.Values.Where(f => f.From is not null).Select(f => f.Name)]), "Correct the name");
        return fact.From is not null ? fact : throw new CrmException(
            FailureKind.WrongUse, $"'{name}' is written by a model, from facts", "WHAT", "a fact that comes from a source", "Trace the facts it stands on, e.g. `crm lineage sales`");
    }

    private static KeyValuePair<string, string?> Condition(string text)
    {
        var mark = text.IndexOf('=', StringComparison.Ordinal);
        return mark > 0 ? KeyValuePair.Create(text[..mark], mark == text.Length - 1 ? null : text[(mark + 1)..])
            : throw new CrmException(FailureKind.WrongUse, $"'{text}'", "COLUMN=VALUE", "a column of the fact, =, and its value", "Write it so, in quotes if there are blanks");
    }

    private static void WriteJson(CommandContext context, Fact fact, IReadOnlyList<TracedRow> rows) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteString("fact", fact.Table);
        json.WriteStartArray("rows");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            json.WriteNumber("run", row.Run);
            json.WriteString("source", row.Source);
            json.WriteString("stream", row.Stream);
            json.WriteString("file", row.Path);
            json.WriteNumber("record", row.Record);
            if (row.Line is { } line)
            {
                json.WriteNumber("line", line);
            }

            json.WriteStartObject("values");
            foreach (var (column, value) in row.Values)
            {
                json.WriteString(column, value);
            }

            json.WriteEndObject();
            if (row.Parts.Count > 0)
            {
                WriteParts(json, row.Parts);
            }

            if (row.Raw is null)
            {
                json.WriteNull("raw");
            }
            else
            {
                json.WritePropertyName("raw");
                json.WriteRawValue(row.Raw);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteParts(Utf8JsonWriter json, IReadOnlyList<TracedPart> parts)
    {
        json.WriteStartArray("parts");
        foreach (var part in parts)
        {
            json.WriteStartObject();
            json.WriteString("stream", part.Stream);
            json.WriteString("key", part.Key);
            json.WriteString("file", part.Path);
            json.WriteNumber("record", part.Record);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteJson(CommandContext context, string name, IReadOnlyList<LineageStep> steps, IEnumerable<IGrouping<string, string>> reports) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteString("column", name);
        json.WriteStartArray("steps");
        foreach (var step in steps)
        {
            json.WriteStartObject();
            json.WriteString("kind", step.Kind);
            json.WriteString("name", step.Name);
            json.WriteString("from", step.From);
            json.WriteString("through", step.Through);
            json.WriteString("declared", step.Where.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("reports");
        foreach (var report in reports)
        {
            json.WriteStartArray(report.Key);
            foreach (var member in report)
            {
                json.WriteStringValue(member);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    });
}
