using System.Globalization;
using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The YAML of a quality rule.</summary>
internal static class RuleFormat
{
    private const int DefaultRuns = 20;

    private static readonly EitherShape columns = new(ScalarShape.Reference, new ListShape(ScalarShape.Reference));

    private static readonly Key column = new("column", ScalarShape.Reference, "The contract column.", Required: true);

    private static readonly ScalarShape age = new(ScalarKind.Text, "a time span, as 2 days")
    {
        Pattern = "^[0-9]+ +(second|minute|hour|day|week)s?$",
        Accepts = static text => text.Contains(' ') && CursorLag.TryParse(text, out _),
    };

    private static readonly ScalarShape share = new(ScalarKind.Text, "a share, as 50 %")
    {
        Pattern = "^[0-9]{1,4} *%$",
        Accepts = static text => Share(text) is not null,
    };

    public static readonly MapShape Shape = new("a quality rule",
    [
        new("rule", ScalarShape.Sql, "Condition over contract columns; a row passes unless it is false."),
        new("not_null", columns, "Columns whose value must be there."),
        new("unique", columns, "Columns that no two rows of the source have alike; the later row is the bad one."),
        new("range", new MapShape("a range",
        [
            column,
            new("min", ScalarShape.Text, "Least value, inclusive."),
            new("max", ScalarShape.Text, "Largest value, inclusive."),
        ]), "A number, day or moment between two bounds."),
        new("pattern", new MapShape("a pattern", [column, new("matches", ScalarShape.Text, "Regular expression (RE2) that the whole text matches.", Required: true)]),
            "A text of a certain form."),
        new("accepted", new MapShape("accepted values", [column, new("values", new ListShape(ScalarShape.AnyText), "The values.", Required: true)]),
            "A value that is one of a list."),
        new("reference", new MapShape("a reference", [column, new("in", ScalarShape.Reference, "dimension.attribute or contract.column.", Required: true)]),
            "A value that a dimension or another contract has."),
        new("freshness", new MapShape("freshness",
        [
            column with { Description = "The contract column whose newest moment counts.", Required = false },
            new("stream", ScalarShape.Reference, "The stream whose newest file or delivery counts."),
            new("max_age", age, "How old the newest may be when a run begins, e.g. 2 days.", Required: true),
        ]), "Data that is recent; warn or fail."),
        new("volume", new MapShape("volume",
        [
            new("stream", ScalarShape.Reference, "The stream.", Required: true),
            new("against", ScalarShape.Choice("what to compare with", "history", "weekday"), "The stream's earlier runs: all (history, the default), or those on the same weekday."),
            new("tolerance", share, "Largest difference from the median of those runs, e.g. 50 %.", Required: true),
            new("runs", ScalarShape.Integer(VolumeTest.FewestRuns, 1000), "Most runs to compare with; default 20. Nothing is judged before there are 5."),
        ]), "A number of records that is near what the stream brought before; warn or fail."),
        new("sql", ScalarShape.Sql, "Query over the source's contracts that answers _file and _record of bad rows, or the count of what is wrong."),
        new("severity", ScalarShape.Choice("a severity", "warn", "quarantine", "fail"), "What happens to a row that does not pass.", Required: true),
        new("contract", ScalarShape.Reference, "The contract it is about; default: every contract of the source that has its columns."),
        new("name", ScalarShape.Text, "Name for people; default: the test in words."),
    ]);

    /// <summary>The keys that say what is tested.</summary>
    public static readonly string[] Kinds = ["rule", "not_null", "unique", "range", "pattern", "accepted", "reference", "freshness", "volume", "sql"];

    public static QualityRule Build(YamlMap map)
    {
        var test = Test(map);
        return new(map.Text("contract"), test, map.Text("severity") switch
        {
            "quarantine" => RuleSeverity.Quarantine,
            "fail" => RuleSeverity.Fail,
            _ => RuleSeverity.Warn,
        }, map.Text("name") ?? test.Text, map.Where);
    }

    private static RuleTest Test(YamlMap map)
    {
        var kind = Kinds.FirstOrDefault(k => map[k] is not null);
        var inner = kind is null ? null : map[kind] as YamlMap;
        string[] Names() => [.. map.ScalarsOf(kind!).Select(c => c.Text)];
        var of = inner?.Text("column");
        switch (kind)
        {
            case "not_null":
                return new NotNullTest(Names());
            case "unique":
                return new UniqueTest(Names());
            case "range":
                return new RangeTest(of ?? "", inner?.Text("min"), inner?.Text("max"));
            case "pattern":
                return new PatternTest(of ?? "", inner?.Text("matches") ?? "", inner?.Scalar("matches")?.Where ?? map.Where);
            case "accepted":
                return new AcceptedTest(of ?? "", [.. inner?.ScalarsOf("values").Select(v => v.Text) ?? []]);
            case "reference":
                var (dimension, member) = Split(inner?.Text("in") ?? "");
                return new ReferenceTest(of ?? "", dimension, member);
            case "freshness":
                var written = inner?.Text("max_age") ?? "";
                return new FreshnessTest(of, inner?.Text("stream"), CursorLag.TryParse(written, out var span) ? span.Time : TimeSpan.Zero, written);
            case "volume":
                var runs = int.TryParse(inner?.Text("runs"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : DefaultRuns;
                return new VolumeTest(inner?.Text("stream") ?? "", inner?.Text("against") == "weekday", Share(inner?.Text("tolerance") ?? "") ?? 0, runs);
            case "sql":
                return new SqlTest(map.Text("sql") ?? "", map.Scalar("sql")?.Where ?? map.Where);
            default:
                return new ConditionTest(map.Text("rule") ?? "true");
        }
    }

    /// <summary>The two parts of <c>dimension.attribute</c>; the second is empty when there is no point.</summary>
    public static (string Of, string Member) Split(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? (text, "") : (text[..point], text[(point + 1)..]);
    }

    private static double? Share(string text) => text.EndsWith('%')
        && int.TryParse(text.AsSpan(0, text.Length - 1).TrimEnd(' '), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 9999 ? percent / 100.0 : null;
}
