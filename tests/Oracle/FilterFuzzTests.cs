using System.Text;
using Crm.Analytics.Tests.Query;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Engines;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Oracle;

/// <summary>Whatever text comes as a value or a name, a statement keeps its shape and the engine runs it, or the question is refused in four facts.</summary>
public class FilterFuzzTests
{
    private static readonly string[] Nasty =
    [
        "'", "\"", "''", "\\", "%", "_", ";", "--", "/*", "*/", "$p1", "$1", "?", ":x", "{revenue}", "{CUBE}", "\0", "\n", "\t", "\uFFFD", "😀", "\uD800",
        "' OR 1=1 --", "'; DROP TABLE star.fact_sales; --", "\" UNION ALL SELECT 1 --", "1e999", "NaN", "0x1F", "NULL", "true", "2011-02-30", "9999-12-31", "0001",
        "99999999999999999999999999999999999999", "-", ".", "a.b.c", "sales.revenue", "İ", "ß", "\u202e",
    ];

    private static readonly string[] Fitting = ["2011", "-3", "2.5", "true", "2011-03", "2011-Q1", "0010-01-01", "9998-12-31"];

    private static readonly string[] Members =
        [.. FlatOracle.Dimensions.Keys, .. FlatOracle.Measures.Keys];

    [Test]
    public void Value_OfAnyText_NeverChangesTheStatement([Range(1, 5)] int seed)
    {
        var random = new Random(seed);
        using var star = new OracleStar();
        var answered = 0;
        for (var i = 0; i < 400; i++)
        {
            var member = Members[random.Next(Members.Length)];
            var @operator = (FilterOperator)random.Next(Enum.GetValues<FilterOperator>().Length);
            // Half of the values fit some type, so that questions get through to the engine for members of every type.
            var values = Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(2) == 0 ? Fitting[random.Next(Fitting.Length)] : Text(random)).ToList();
            var query = new CubeQuery { Measures = ["sales.lines"], Dimensions = ["geography.country"], Filters = [new MemberFilter(member, @operator, values)] };
            if (Refused(() => CubePlanner.Plan(query, SalesCatalogue.Value)) is { } plan)
            {
                var sql = CubeSqlWriter.Write(plan, DuckDbDialect.Instance);
                Assert.That(Shape(sql.Text), Is.EqualTo(Shape(CubeSqlWriter.Write(Harmless(query), DuckDbDialect.Instance).Text)));
                Assert.That(star.Reader.Read(query).Rows, Is.Not.Null);
                answered++;
            }
        }

        Assert.That(answered, Is.GreaterThan(20));
    }

    [Test]
    public void Equals_OfAnyText_FindsNothingButThatText()
    {
        using var star = new OracleStar();
        foreach (var text in Nasty.Where(t => t != "\uD800"))
        {
            var result = star.Reader.Read(new CubeQuery { Measures = ["sales.lines"], Filters = [new MemberFilter("geography.country", FilterOperator.Equals, [text])] });
            Assert.That(result.Rows[0].Values[0], Is.EqualTo(0L), text);
        }
    }

    [Test]
    public void Name_OfAnyText_IsKnownOrRefused([Range(1, 3)] int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 500; i++)
        {
            var name = random.Next(3) == 0 ? Text(random) : $"{(random.Next(2) == 0 ? "sales" : Text(random))}.{Text(random)}";
            if (Members.Contains(name))
                continue;
            CubeQuery[] queries =
            [
                new() { Measures = [name] }, new() { Measures = ["sales.lines"], Dimensions = [name] }, new() { Dimensions = [name] },
                new() { Measures = ["sales.lines"], Segments = [name] }, new() { Measures = ["sales.lines"], Order = [new CubeOrder(name, true)] },
                new() { Measures = ["sales.lines"], Filters = [new MemberFilter(name, FilterOperator.Set, [])] },
            ];
            foreach (var query in queries)
                Assert.Throws<CrmException>(() => CubePlanner.Plan(query, SalesCatalogue.Value), name);
        }
    }

    [Test]
    public void Where_OfAnyText_ParsesOrIsRefused([Range(1, 5)] int seed)
    {
        var random = new Random(seed);
        string[] words = ["and", "or", "not", "in", "is", "null", "between", "contains", "starts with", "(", ")", ",", "=", "<>", ">=", "geography.country", "date.year", "2011"];
        var parsed = 0;
        for (var i = 0; i < 2000; i++)
        {
            var text = string.Join(' ', Enumerable.Range(0, random.Next(8)).Select(_ => random.Next(5) == 0 ? Text(random) : words[random.Next(words.Length)]));
            parsed += Refused(() => FilterParser.Parse(text)) is null ? 0 : 1;
        }

        Assert.That(parsed, Is.GreaterThan(0));
    }

    private static T? Refused<T>(Func<T> work)
        where T : class
    {
        try
        {
            return work();
        }
        catch (CrmException)
        {
            return null;
        }
    }

    /// <summary>The same question with harmless values of the member's type.</summary>
    private static CubePlan Harmless(CubeQuery query)
    {
        var filter = (MemberFilter)query.Filters[0];
        foreach (var harmless in new[] { "a", "2011", "true" })
        {
            if (Refused(() => CubePlanner.Plan(query with { Filters = [filter with { Values = [.. filter.Values.Select(_ => harmless)] }] }, SalesCatalogue.Value)) is { } plan)
                return plan;
        }

        throw new InvalidOperationException($"no harmless value fits {filter}");
    }

    // Below 2.5 is, of whole numbers, at most 2: the one difference that a value may make.
    private static string Shape(string sql) =>
        string.Join(' ', sql.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace("<=", "<", StringComparison.Ordinal).Replace(">=", ">", StringComparison.Ordinal);

    private static string Text(Random random)
    {
        var text = new StringBuilder();
        for (var n = random.Next(1, 3); n > 0; n--)
            text.Append(random.Next(3) == 0 ? ((char)random.Next(1, 0x2FF)).ToString() : Nasty[random.Next(Nasty.Length)]);
        return text.ToString();
    }
}
