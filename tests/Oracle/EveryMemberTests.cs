using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Oracle;

/// <summary>Every measure by every dimension, with every kind of total, reading and past run: the reader's answer is the oracle's.</summary>
public class EveryMemberTests
{
    private OracleStar _star = null!;

    [OneTimeSetUp]
    public void Build() => _star = new OracleStar();

    [OneTimeTearDown]
    public void Drop() => _star.Dispose();

    private static IEnumerable<string> MeasureNames => FlatOracle.Measures.Keys;

    private static IEnumerable<string> DimensionNames => FlatOracle.Dimensions.Keys;

    [Test]
    public void Measures_OfTheOracle_AreAllOfTheCube()
        => Assert.That(MeasureNames, Is.EquivalentTo(Tests.Query.SalesCatalogue.Sales().Measures.Select(m => $"sales.{m.Name}")));

    [TestCaseSource(nameof(MeasureNames))]
    public void Measure_ByEachDimensionWithGrandTotal_IsAsTheOracleSays(string measure)
    {
        Check(new CubeQuery { Measures = [measure] });
        foreach (var dimension in DimensionNames)
            Check(new CubeQuery { Measures = [measure], Dimensions = [dimension], Totals = Totals.Grand });
    }

    [TestCaseSource(nameof(DimensionNames))]
    public void Dimension_WithOthersAndSubtotals_IsAsTheOracleSays(string dimension)
    {
        // Each meets the four that follow it in a ring, so that every kind meets every kind without asking all 240 pairs.
        foreach (var other in DimensionNames.Concat(DimensionNames).SkipWhile(d => d != dimension).Skip(1).Take(4))
            Check(new CubeQuery { Measures = [.. MeasureNames], Dimensions = [dimension, other], Totals = Totals.Subtotals });
    }

    [Test]
    public void Totals_OfThreeDimensions_AreAsTheOracleSays([Values] Totals totals, [Values] AttributeReading reading, [Values(null, 1, 2, 3)] int? run)
        => Check(new CubeQuery
        {
            Measures = [.. MeasureNames],
            Dimensions = ["customer.country", "date.quarter", "customer.name"],
            Totals = totals,
            Reading = reading,
            AsOfRun = run,
        });

    [Test]
    public void Dimensions_WithoutMeasure_AreTheDifferentValues()
    {
        foreach (var dimension in DimensionNames.Where(d => d.StartsWith("sales.", StringComparison.Ordinal)))
            Check(new CubeQuery { Dimensions = [dimension, "geography.country"] });
    }

    private void Check(CubeQuery query)
    {
        var result = _star.Reader.Read(query with { Limit = 1_000_000 });
        using var session = _star.Connect();
        var oracle = new FlatOracle(session);
        var levels = query.Totals switch
        {
            Totals.None => [0],
            Totals.Grand => query.Dimensions.Count == 0 ? [0] : new[] { 0, query.Dimensions.Count },
            _ => Enumerable.Range(0, query.Dimensions.Count + 1),
        };
        foreach (var level in levels)
        {
            var kept = query.Dimensions.Count - level;
            var expected = oracle.Rows(query, [.. query.Dimensions.Take(kept)]).Select(Text).Order(StringComparer.Ordinal);
            var found = result.Rows.Where(r => r.TotalLevel == level)
                .Select(r => Text([.. r.Values.Take(kept), .. r.Values.Skip(query.Dimensions.Count)])).Order(StringComparer.Ordinal);
            Assert.That(found, Is.EqualTo(expected), $"{string.Join(", ", query.Measures)} by {string.Join(", ", query.Dimensions)}, level {level}");
            Assert.That(result.Rows.Where(r => r.TotalLevel == level).SelectMany(r => r.Values.Skip(kept).Take(level)), Is.All.Null);
        }

        Assert.That(result.Rows.Select(r => r.TotalLevel).Distinct(), Is.SubsetOf(levels));
        foreach (var row in result.Rows)
        {
            for (var i = 0; i < row.Values.Count; i++)
                Assert.That(row.Values[i] is null || row.Values[i]!.GetType() == TypeOf(result.Columns[i]), $"{result.Columns[i]}: {row.Values[i]?.GetType()}");
        }
    }

    private static Type TypeOf(ResultColumn column) => column.Type.Kind switch
    {
        TypeKind.Text => typeof(string),
        TypeKind.Integer => typeof(long),
        TypeKind.Decimal => typeof(decimal),
        TypeKind.Double => typeof(double),
        TypeKind.Boolean => typeof(bool),
        TypeKind.Date => typeof(DateOnly),
        _ => typeof(DateTime),
    };

    private static string Text(IEnumerable<object?> values) => string.Join(" | ", values.Select(FlatOracle.Canonical));
}
