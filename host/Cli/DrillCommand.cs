using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Host.Privacy;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm drill</c>: from a cell of an answer to the level below or above, to another dimension, or through to the rows of the source.</summary>
internal static class DrillCommand
{
    public static Command Create()
    {
        var options = new QuestionOptions();
        var at = new Option<string[]>("--at") { Description = "The cell, as geography.region=DACH; once for each dimension", HelpName = "MEMBER=VALUE", DefaultValueFactory = _ => [] };
        var up = new Option<bool>("--up") { Description = "One level up instead of down" };
        var to = new Option<string?>("--to") { Description = "By another dimension instead", HelpName = "MEMBER" };
        var path = new Option<string?>("--path") { Description = "The hierarchy to follow, when a level stands in several", HelpName = "NAME" };
        var rows = new Option<bool>("--rows") { Description = "Through to the rows behind the cell, each with its source file and record; all of them unless --limit says otherwise" };
        var plain = SharedOptions.Plain();
        return new Command("drill", "From a cell of an answer: a level down, up, to another dimension, or through to the source lines")
        {
            options.Measures, options.By, options.Time, options.Where, options.Segments, options.Order, options.Limit, options.Totals, options.AsOf, options.AsIs, at, up, to, path, rows, plain,
        }.Does((context, parsed) =>
        {
            var project = Composition.ReadProject(context.ProjectFolder);
            using var warehouse = Composition.OpenToRead(project, context);
            var query = options.Query(parsed);
            var cell = parsed.GetValue(at)!.Select(c => Cell(c, "--at")).ToDictionary(c => c.Member, c => (object?)c.Value);
            if (parsed.GetValue(rows))
            {
                Through(context, project, new ExportedRows(
                    new(warehouse.Instance.Connect, project.Catalogue, () => QueryCalendar.Of(project.Settings, TimeProvider.System)) { Star = Composition.StarOf(project) },
                    parsed.GetValue(plain) ? null : ExportPseudonyms.Of(project)), Drill.At(query, cell));
                return 0;
            }

            var reader = context.Json && !parsed.GetValue(plain) ? Composition.Exporting(warehouse, project) : Composition.Reader(warehouse, project);
            var drill = new Drill(project.Catalogue);
            var next = parsed.GetValue(to) is { } other ? Drill.Across(query, cell, other)
                : parsed.GetValue(up) ? drill.Up(query, path: parsed.GetValue(path)) : drill.DownPastEmpty(reader, query, cell, path: parsed.GetValue(path), cancellation: context.Cancellation);
            context.Error.WriteLine(string.Join(" › ", Drill.Breadcrumb(next).Prepend("everything").Append($"by {string.Join(", ", next.Dimensions)}")));
            var result = reader.Read(next, context.Cancellation);
            if (context.Json)
            {
                context.WriteJson(json => ResultJson.Write(result, json));
            }
            else
            {
                ResultTable.Write(result, project.Settings, context);
            }

            return 0;
        });
    }

    /// <summary>A member and its value, as an option names them; null for a missing value.</summary>
    internal static (string Member, string? Value) Cell(string text, string option) => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var sign
        ? (text[..sign].Trim(), text[(sign + 1)..].Trim() is { Length: > 0 } value ? value : null)
        : throw new CrmException(FailureKind.WrongUse, $"'{text}'", option, "a member and its value, as geography.region=DACH", "Write the cell so; nothing after = means a missing value");

    /// <summary>Rows as tab-separated text, or as one JSON document, while they come: memory stays bounded whatever their number.</summary>
    private static void Through(CommandContext context, Project project, ExportedRows drill, CubeQuery query)
    {
        context.Error.WriteLine(string.Join(" › ", Drill.Breadcrumb(query).Prepend("everything").Append($"the rows of {query.Measures.FirstOrDefault()}")));
        var summary = context.Json ? AsJson(context, drill, query) : AsText(context, ResultTable.CultureOf(project.Settings), drill, query);
        context.Out.Flush();
        context.Error.WriteLine(summary.Left == 0 ? $"{summary.Rows} rows, which is all" : $"{summary.Rows} rows; {summary.Left} more were left out by --limit");
    }

    private static DrillSummary AsText(CommandContext context, CultureInfo culture, ExportedRows drill, CubeQuery query)
    {
        IReadOnlyList<ResultColumn> columns = [];
        return drill.Read(
            query, query.Limit,
            begin =>
            {
                columns = Columns(begin);
                context.WriteLine(string.Join('\t', columns.Select(c => c.Member)));
            },
            row => context.WriteLine(string.Join('\t', row.Select((v, i) => ResultTable.Text(v, columns[i], culture).Replace('\t', ' ').ReplaceLineEndings(" ")))),
            context.Cancellation);
    }

    private static DrillSummary AsJson(CommandContext context, ExportedRows drill, CubeQuery query)
    {
        DrillSummary? summary = null;
        context.WriteJson(json =>
        {
            IReadOnlyList<ResultColumn> columns = [];
            json.WriteStartObject();
            json.WriteStartArray("rows");
            summary = drill.Read(query, query.Limit, begin => columns = Columns(begin), row =>
            {
                ResultJson.WriteObject(json, columns, row);
                if (json.BytesPending > 65_536)
                {
                    json.Flush();
                }
            }, context.Cancellation);
            json.WriteEndArray();
            json.WriteNumber("left", summary.Left);
            json.WriteEndObject();
        });
        return summary!;
    }

    private static List<ResultColumn> Columns(IReadOnlyList<DrillColumn> columns) => [.. columns.Select(c => new ResultColumn(c.Name, c.Title, null, c.Type, null, false))];
}
