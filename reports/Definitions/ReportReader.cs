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

    private ReportReader(YamlMap report, Catalogue catalogue, string language, List<Problem> problems)
    {
        this.problems = problems;
        texts = new ReportTexts(report, language, problems);
        blocks = new BlockReader(texts, new QuestionReader(new Members(catalogue, problems), problems));
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

        return new ReportPlan(
            report.Text("report") ?? "", texts.Of(report, "title") ?? "", texts.Of(report, "summary"), texts.Language, Rows(report, declared), report.Where);
    }

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
