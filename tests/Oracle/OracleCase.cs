using System.Globalization;
using System.Numerics;
using Crm.Analytics.Tests.Declarations;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations.Yaml;
using Crm.Analytics.Warehouse.Query;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Oracle;

/// <summary>A question with the SQL that someone who never saw the cube would write for its rows, and for its grand total.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="Query">The question.</param>
/// <param name="Sql">SQL for the rows, columns as in the answer.</param>
/// <param name="Total">SQL for the measures of the grand total; null when it is not asked.</param>
/// <param name="Round">Measures are compared rounded to a whole number: shares of a bridge have six digits.</param>
internal sealed record OracleCase(string Name, CubeQuery Query, string Sql, string? Total, bool Round)
{
    /// <summary>The cases of a file beside the tests, or of all files of a folder.</summary>
    public static IReadOnlyList<OracleCase> Read(string path)
    {
        if (Directory.Exists(path))
        {
            return [.. Directory.EnumerateFiles(path, "*.yaml").Order(StringComparer.Ordinal).SelectMany(Read)];
        }

        var problems = new List<Problem>();
        var root = (YamlMap?)YamlReader.Read(path, File.ReadAllBytes(path), problems);
        return problems.Count == 0 ? [.. root!.MapsOf("cases").Select(Of)] : throw new DeclarationException(problems);
    }

    /// <summary>The cases of a folder beside this file, as arguments of a test.</summary>
    public static IEnumerable<TestCaseData> TestsOf(string folder) => Read(Path.Combine(TestProject.RepositoryRoot, "tests", "Oracle", folder)).Select(c => new TestCaseData(c).SetArgDisplayNames(c.Name));

    /// <summary>Holds the answer against the independent SQL, and its grand total against that total's.</summary>
    /// <param name="reader">Answers the question.</param>
    /// <param name="raw">Answers the SQL: the tables that nobody's planner ever saw.</param>
    public void Check(ICubeReader reader, ISession raw)
    {
        var answer = reader.Read(Query with { Rollups = RollupUse.Refused });
        Assert.That(answer.Rows.Where(r => r.TotalLevel == 0).Select(r => Text(r.Values, Round)), Is.EquivalentTo(Rows(raw, Sql).Select(r => Text(r, Round))));
        if (Total is not null)
            Assert.That(Text(answer.Rows[^1].Values.Skip(answer.Columns.Count(c => !c.IsMeasure)), Round), Is.EqualTo(Text(Rows(raw, Total)[0], Round)), "the grand total");
    }

    /// <summary>The rows of a statement.</summary>
    public static List<object?[]> Rows(ISession session, string sql)
    {
        var rows = new List<object?[]>();
        session.Stream(sql, null, record =>
        {
            var values = new object?[record.FieldCount];
            for (var i = 0; i < values.Length; i++)
                values[i] = record.IsDBNull(i) ? null : record.GetValue(i);
            rows.Add(values);
        });
        return rows;
    }

    /// <summary>A row as text; equal numbers are equal whatever the engine's type for them.</summary>
    public static string Text(IEnumerable<object?> values, bool round) => string.Join('|', values.Select(v => Text(v, round)));

    public override string ToString() => Name;

    private static OracleCase Of(YamlMap map) => new(map.Text("name")!, new CubeQuery
    {
        Measures = [.. map.ScalarsOf("measures").Select(m => m.Text)],
        Dimensions = [.. map.ScalarsOf("by").Select(m => m.Text)],
        TimeDimensions = [.. map.MapsOf("time").Select(t => new TimeDimension(t.Text("dimension")!, t.Text("granularity"))
        {
            Range = t["range"] is null ? null : new DateRange(t.ScalarsOf("range").First().Text, t.ScalarsOf("range").Skip(1).FirstOrDefault()?.Text),
        })],
        Filters = map.Text("where") is { } filter ? [FilterParser.Parse(filter)] : [],
        Segments = [.. map.ScalarsOf("segments").Select(m => m.Text)],
        Order = map.Text("order") is { } order ? OrderParser.Parse(order) : null,
        Limit = map.Text("limit") is { } limit ? int.Parse(limit, CultureInfo.InvariantCulture) : null,
        Reading = map.Text("as_is") == "true" ? AttributeReading.AsIs : AttributeReading.AsWas,
        Missing = map.Text("missing") == "true" ? MissingPeriods.Show : MissingPeriods.LeaveOut,
        Totals = map.Text("total") is null ? Totals.None : Totals.Grand,
    }, map.Text("sql")!, map.Text("total"), map.Text("round") == "true");

    private static string Text(object? value, bool round) => value switch
    {
        null => "null",
        bool truth => truth ? "true" : "false",
        BigInteger big => Number((double)big, round),
        float or double or decimal or sbyte or byte or short or ushort or int or uint or long or ulong => Number(Convert.ToDouble(value, CultureInfo.InvariantCulture), round),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime moment => moment.ToString(moment.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        _ => $"{value}",
    };

    // The nudge decides ties of the last digit, which else hang on the order in which an engine adds.
    private static string Number(double number, bool round)
        => round ? Math.Round(number).ToString("R", CultureInfo.InvariantCulture) : Math.Abs(number) < 1e-9 ? "0" : (number * (1 + 1e-12)).ToString("G10", CultureInfo.InvariantCulture);
}
