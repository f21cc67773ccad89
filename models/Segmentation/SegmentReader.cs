using System.Globalization;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Models.Segmentation;

/// <summary>One condition of a segment.</summary>
/// <param name="Kind">event, measure or attribute.</param>
/// <param name="Name">The event, the measure, or the customer's attribute.</param>
/// <param name="AtLeast">Lower end, inclusive; null: none.</param>
/// <param name="AtMost">Upper end, inclusive; null: none.</param>
/// <param name="WithinDays">Days up to the snapshot that count; null: all.</param>
/// <param name="Values">The values an attribute may have.</param>
/// <param name="Excludes">True: the values it may not have.</param>
public sealed record SegmentCondition(string Kind, string Name, decimal? AtLeast, decimal? AtMost, int? WithinDays, IReadOnlyList<string> Values, bool Excludes);

/// <summary>A segment that a project declares.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Any">True: one condition is enough; else all must hold.</param>
/// <param name="Conditions">The conditions, at least one.</param>
/// <param name="MonthEnds">Past month ends that have a list too.</param>
public sealed record SegmentDeclaration(string Name, string Title, bool Any, IReadOnlyList<SegmentCondition> Conditions, int MonthEnds);

/// <summary>Reads <c>segments/*.yaml</c> of a project; reports every problem with its place.</summary>
public static class SegmentReader
{
    /// <summary>Names of events.</summary>
    public static IReadOnlyList<string> Events { get; } = ["order", "return", "case", "complaint", "contact", "response", "interaction", "web_event", "loyalty_entry", "survey_response"];

    /// <summary>Names of measures.</summary>
    public static IReadOnlyList<string> Measures { get; } = ["revenue", "quantity", "spend_per_order", "days_since_last_order", "days_since_first_order"];

    private static readonly ScalarShape amount = ScalarShape.Text with { What = "a number" };

    private static readonly MapShape condition = new("a condition",
    [
        new("event", ScalarShape.Choice("an event", [.. Events]), "What happened to the customer; counted."),
        new("measure", ScalarShape.Choice("a measure", [.. Measures]), "What is added up of the customer."),
        new("attribute", ScalarShape.Name, "A column of the customer."),
        new("at_least", amount, "Lower end, inclusive."),
        new("at_most", amount, "Upper end, inclusive; 0 for none."),
        new("within_days", ScalarShape.Integer(1, 36_500), "Days up to the snapshot that count; default all."),
        new("in", new ListShape(ScalarShape.Text), "Values that the attribute may have."),
        new("not_in", new ListShape(ScalarShape.Text), "Values that the attribute may not have."),
    ]);

    /// <summary>What a segment's file looks like.</summary>
    internal static readonly MapShape Shape = new("a segment",
    [
        new("segment", ScalarShape.Name, "Its name.", Required: true),
        new("title", ScalarShape.Text, "Name for people."),
        new("all", new ListShape(condition), "Conditions that all must hold."),
        new("any", new ListShape(condition), "Conditions of which one must hold."),
        new("month_ends", ScalarShape.Integer(0, 120), "Past month ends that have a list too; default 12."),
    ]);

    /// <summary>Reads the segments of a project, by file name.</summary>
    /// <exception cref="DeclarationException">A file is wrong.</exception>
    public static IReadOnlyList<SegmentDeclaration> ReadAll(string projectFolder, IReadOnlyCollection<string> attributes)
    {
        var folder = Path.Combine(projectFolder, "segments");
        if (!Directory.Exists(folder))
            return [];
        var problems = new List<Problem>();
        var segments = Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal)
            .Select(f => Read($"segments/{Path.GetFileName(f)}", File.ReadAllBytes(f), attributes, problems)).OfType<SegmentDeclaration>().ToList();
        foreach (var twice in segments.GroupBy(s => s.Name).Where(g => g.Count() > 1))
            problems.Add(new(new SourceLocation("segments", 1, 1), $"segment '{twice.Key}' in {twice.Count()} files", "each segment once", "rename one of them"));
        return problems.Count == 0 ? segments : throw new DeclarationException(problems);
    }

    /// <summary>Reads one segment; null when its form is wrong.</summary>
    internal static SegmentDeclaration? Read(string file, byte[] bytes, IReadOnlyCollection<string> attributes, List<Problem> problems)
    {
        var before = problems.Count;
        if (YamlReader.Read(file, bytes, problems) is not { } root)
            return null;
        new ShapeCheck(problems).Check(root, Shape, "the file");
        if (root is not YamlMap map || problems.Count > before)
            return null;
        var any = map["any"] is not null;
        var conditions = map.MapsOf(any ? "any" : "all").Select(c => Condition(c, attributes, problems)).OfType<SegmentCondition>().ToList();
        if (any == map["all"] is not null)
            problems.Add(new(map.Where, any ? "both 'all' and 'any'" : "neither 'all' nor 'any'", "one of the two", "put the conditions under 'all' or under 'any'"));
        else if (conditions.Count == 0 && problems.Count == before)
            problems.Add(new(map.Where, "no condition", "at least one", "write a condition"));
        return problems.Count > before
            ? null
            : new SegmentDeclaration(map.Text("segment")!, map.Text("title") ?? map.Text("segment")!, any, conditions, Whole(map, "month_ends") ?? 12);
    }

    private static SegmentCondition? Condition(YamlMap map, IReadOnlyCollection<string> attributes, List<Problem> problems)
    {
        var kinds = new[] { "event", "measure", "attribute" }.Where(k => map[k] is not null).ToList();
        if (kinds.Count != 1)
        {
            problems.Add(new(map.Where, kinds.Count == 0 ? "a condition on nothing" : $"a condition on {string.Join(" and ", kinds)}", "one of event, measure and attribute", "make one condition of each"));
            return null;
        }

        var (kind, name) = (kinds[0], map.Text(kinds[0])!);
        var (least, most) = (Number(map, "at_least", problems), Number(map, "at_most", problems));
        var isAttribute = kind == "attribute";
        if (isAttribute && !attributes.Contains(name))
            problems.Add(new(map["attribute"]!.Where, $"'{name}'", NearestName.Expected("a column of the customer", name, attributes), "correct it"));
        if (isAttribute == (map["in"] is null && map["not_in"] is null))
            problems.Add(new(map.Where, isAttribute ? "an attribute without values" : $"values for a {kind}", isAttribute ? "'in' or 'not_in'" : "'at_least' or 'at_most'", "correct the condition"));
        if (!isAttribute && least is null && most is null)
            problems.Add(new(map.Where, $"a {kind} without an end", "'at_least' or 'at_most'", "add one"));
        return new SegmentCondition(
            kind, name, least, most, Whole(map, "within_days"), [.. map.ScalarsOf(map["in"] is null ? "not_in" : "in").Select(s => s.Text)], map["in"] is null);
    }

    private static decimal? Number(YamlMap map, string key, List<Problem> problems)
    {
        if (map.Scalar(key) is not { } scalar)
            return null;
        if (decimal.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return number;
        problems.Add(new(scalar.Where, $"'{scalar.Text}' for '{key}'", "a number", "correct it"));
        return null;
    }

    private static int? Whole(YamlMap map, string key) => int.TryParse(map.Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
