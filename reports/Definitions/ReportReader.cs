using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>Report YAML → <see cref="ReportPlan"/>: shape, texts, members and layout are all checked, and every problem is noted.</summary>
internal sealed class ReportReader
{
    private readonly List<Problem> problems;
    private readonly ReportTexts texts;
    private readonly BlockReader blocks;
    private readonly Members members;
    private readonly QuestionReader questions;
    private readonly Dictionary<string, ParameterPlan> parameters;

    private ReportReader(YamlMap report, Catalogue catalogue, string language, List<Problem> problems)
    {
        this.problems = problems;
        texts = new ReportTexts(report, language, problems);
        members = new Members(catalogue, problems);
        parameters = new ParameterReader(texts, members, problems).Read(report).ToDictionary(p => p.Name, StringComparer.Ordinal);
        questions = new QuestionReader(members, problems, parameters);
        blocks = new BlockReader(texts, questions, problems);
    }

    /// <summary>The plan of a report file; null when it could not be read at all. A plan beside problems is not to be used.</summary>
    public static ReportPlan? Read(string file, byte[] bytes, Catalogue catalogue, string language, List<Problem> problems)
    {
        if (YamlReader.Read(file, bytes, problems) is not { } root)
        {
            return null;
        }

        new ShapeCheck(problems).Check(root, ReportFormat.Shape, "a report");
        return root is YamlMap report ? new ReportReader(report, catalogue, language, problems).Report(report) : null;
    }

    /// <summary>The deliveries that <c>crm.yaml</c> declares for a report.</summary>
    public static IReadOnlyList<DeliveryPlan> Deliveries(ReportFile file, YamlMap deliver, Catalogue catalogue, string language, List<Problem> problems)
    {
        var own = new List<Problem>();
        if (YamlReader.Read(file.File, file.Content.ToArray(), own) is not YamlMap report)
        {
            return [];
        }

        var reader = new ReportReader(report, catalogue, language, own);
        var plan = reader.Report(report);
        var forReport = new DeliveryReader(reader.texts, new QuestionReader(new Members(catalogue, problems), problems, reader.parameters), new Members(catalogue, problems), problems);
        return [.. deliver.Entries.Where(e => e.Value is YamlMap map && map.Text("report") == file.Name).Select(e => forReport.Read(plan, e.Key, (YamlMap)e.Value))];
    }

    private ReportPlan Report(YamlMap report)
    {
        var declared = new Dictionary<string, (BlockPlan Block, YamlScalar Name)>(StringComparer.Ordinal);
        foreach (var kind in BlockReader.Kinds)
        {
            foreach (var (name, value) in report.MapOf(kind).Where(b => b.Value is YamlMap))
            {
                if (!declared.TryAdd(name.Text, (blocks.Read(kind, name, (YamlMap)value), name)))
                {
                    problems.Add(new(name.Where, $"block '{name.Text}' for the second time", $"each name once (the first is at {declared[name.Text].Name.Where})",
                        "rename one of the two"));
                }
            }
        }

        var plan = new ReportPlan(
            report.Text("report") ?? "", texts.Of(report, "title") ?? "", texts.Of(report, "summary"), texts.Language, Rows(report, declared), report.Where)
        {
            Parameters = [.. parameters.Values],
        };
        return plan with { Deliveries = Deliveries(plan, report) };
    }

    /// <summary>The deliveries of a mapping of them; those of <c>crm.yaml</c> read in the same way.</summary>
    private List<DeliveryPlan> Deliveries(ReportPlan plan, YamlMap map) =>
        [.. map.MapOf("deliver").Where(d => d.Value is YamlMap).Select(d => new DeliveryReader(texts, questions, members, problems).Read(plan, d.Key, (YamlMap)d.Value))];

    private List<RowPlan> Rows(YamlMap report, Dictionary<string, (BlockPlan Block, YamlScalar Name)> declared)
    {
        var placed = new HashSet<string>(StringComparer.Ordinal);
        var rows = new List<RowPlan>();
        foreach (var row in report["rows"] is YamlList list ? list.Items : [])
        {
            var rowBlocks = new List<BlockPlan>();
            foreach (var name in row is YamlList several ? several.Items.OfType<YamlScalar>() : [(row as YamlScalar)!])
            {
                if (name is null)
                {
                    continue;
                }

                if (!declared.TryGetValue(name.Text, out var block))
                {
                    problems.Add(new(name.Where, $"unknown name {Quoted.Text(name.Text)}", NearestName.Expected("a block of this report", name.Text, declared.Keys),
                        "correct the name, or declare the block"));
                }
                else if (!placed.Add(name.Text))
                {
                    problems.Add(new(name.Where, $"block '{name.Text}' for the second time", "each block once in the layout", "remove one of the two"));
                }
                else
                {
                    rowBlocks.Add(block.Block);
                }
            }

            rows.Add(new RowPlan(rowBlocks));
        }

        foreach (var (name, (_, at)) in declared.Where(d => !placed.Contains(d.Key)))
        {
            problems.Add(new(at.Where, $"block '{name}' that no row shows", "every block in 'rows'", "add it to 'rows', or remove it"));
        }

        return rows;
    }
}
