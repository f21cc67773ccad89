using System.Collections;
using System.Numerics;
using Crm.Analytics.Warehouse.Storage;
using DuckDB.NET.Native;

namespace Crm.Analytics.Tests.Storage;

/// <summary>Every type the warehouse uses goes in as a parameter and through the appender, and comes out as it went in.</summary>
public sealed class TypeRoundTripTests
{
    private static readonly Guid Id = Guid.Parse("e7d2aa8c-96bf-433c-b400-3bc369ba3525");

    private static IEnumerable<TestCaseData> Values()
    {
        yield return Case("DECIMAL(18,4)", 12345678901234.5678m);
        yield return Case("DECIMAL(4,2)", -99.99m);
        yield return Case("DECIMAL(9,3)", 0.001m);
        yield return Case("DECIMAL(38,9)", 7922816251426433759.354395033m);
        yield return Case("HUGEINT", BigInteger.Parse("-170141183460469231731687303715884105727", null));
        yield return Case("HUGEINT", BigInteger.Parse("170141183460469231731687303715884105727", null));
        yield return Case("TINYINT", (sbyte)-128);
        yield return Case("SMALLINT", short.MinValue);
        yield return Case("INTEGER", int.MinValue);
        yield return Case("BIGINT", long.MaxValue);
        yield return Case("UTINYINT", byte.MaxValue);
        yield return Case("USMALLINT", ushort.MaxValue);
        yield return Case("UINTEGER", uint.MaxValue);
        yield return Case("UBIGINT", ulong.MaxValue);
        yield return Case("FLOAT", 1.5f);
        yield return Case("DOUBLE", double.Epsilon);
        yield return Case("BOOLEAN", true);
        yield return Case("DATE", new DateOnly(1, 1, 1));
        yield return Case("DATE", new DateOnly(9999, 12, 31));
        yield return Case("TIME", new TimeOnly(23, 59, 59, 999, 999));
        yield return Case("TIMESTAMP", new DateTime(1969, 12, 31, 23, 59, 59).AddMicroseconds(123456));
        yield return Case("TIMESTAMPTZ", new DateTimeOffset(2020, 2, 29, 1, 2, 3, TimeSpan.FromHours(5.5)));
        yield return Case("INTERVAL", new TimeSpan(-3, 4, 5, 6, 7));
        yield return Case("UUID", Id);
        yield return Case("ENUM('small', 'größer')", "größer");
        yield return Case("VARCHAR", "twelve bytes");
        yield return Case("VARCHAR", "more than twelve bytes, 漢字 and 🎲");
        yield return Case("VARCHAR", "zero \0 inside");
        yield return Case("VARCHAR", "");
        yield return Case("BLOB", new byte[] { 0, 255, 0, 1 });
        yield return Case("INTEGER[]", new List<int?> { 1, null, -3 });
        yield return Case("VARCHAR[]", new List<string> { "a", "", "b'\"" });
        yield return Case("DECIMAL(18,4)[]", new List<decimal> { 1.5m, 2m });
    }

    [TestCaseSource(nameof(Values))]
    public void Parameter_OfEveryType_ComesBackEqual<T>(string type, T value)
    {
        using var instance = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = instance.Connect();

        Assert.That(session.Scalar<T>($"select $value::{type}", new { value }), Is.EqualTo(value));
    }

    [TestCaseSource(nameof(Values))]
    public void Appender_OfEveryType_WritesWhatSqlWouldAndKeepsNulls<T>(string type, T value)
    {
        using var instance = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = instance.Connect();
        session.Execute($"create table t (i integer, v {type})");

        Append(session, rows: 5000, value);

        Assert.That(session.Query<T>("select v from t where v is not null and i = 4999"), Is.EqualTo(new[] { value }));
        Assert.That(session.Scalar<long>("select count(*) from t where v is null and i % 3 = 0"), Is.EqualTo(1667));
        Assert.That(session.Scalar<long>($"select count(*) from t where v = $value::{type}", new { value }), Is.EqualTo(5000 - 1667));
    }

    [Test]
    public void Appender_StructsAndMaps_WriteFieldsKeysAndNulls()
    {
        using var instance = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = instance.Connect();
        session.Execute("create table t (i integer, v struct(a integer, b struct(c varchar, d date[]), m map(varchar, decimal(9,2))))");
        var value = new Dictionary<string, object?>
        {
            ["a"] = 7,
            ["b"] = new Dictionary<string, object?> { ["c"] = "longer than twelve bytes", ["d"] = new[] { new DateOnly(2020, 2, 29) } },
            ["m"] = new Dictionary<string, decimal?> { ["x"] = 1.5m, ["y"] = null },
        };

        Append(session, rows: 5000, value);

        const string equal = "v = {'a': 7, 'b': {'c': 'longer than twelve bytes', 'd': [date '2020-02-29']}, 'm': map {'x': 1.5, 'y': null}}";
        Assert.That(session.Scalar<long>($"select count(*) from t where {equal}"), Is.EqualTo(5000 - 1667));
        Assert.That(session.Scalar<long>("select count(*) from t where v is null and v.a is null and v.m is null"), Is.EqualTo(1667));
    }

    [Test]
    public void Parameter_StructsAndMaps_GoAsJsonAndComeBack()
    {
        using var instance = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = instance.Connect();
        var map = new Dictionary<string, int> { ["one"] = 1, ["two"] = 2 };

        var back = session.Scalar<Dictionary<string, int>>("select $map::JSON::MAP(VARCHAR, INTEGER)", new { map });
        var structure = session.Scalar<Dictionary<string, object>>(
            "select $point::JSON::STRUCT(x INTEGER, label VARCHAR)", new { point = new { x = 4, label = "it's" } });

        Assert.That(back, Is.EqualTo(map));
        Assert.That(structure, Is.EqualTo(new Dictionary<string, object> { ["x"] = 4, ["label"] = "it's" }));
    }

    [Test]
    public void Interval_OfMonths_ComesBackAsItsParts()
    {
        using var instance = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = instance.Connect();

        Assert.That(session.Scalar<DuckDBInterval>("select interval '3 months 2 days'"), Is.EqualTo(new DuckDBInterval(3, 2, 0)));
        Assert.That(() => session.Scalar<TimeSpan>("select interval '3 months'"), Throws.TypeOf<InvalidCastException>());
    }

    [Test]
    public void Null_AsParameterAndResult_IsNull()
    {
        using var instance = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = instance.Connect();

        Assert.That(session.Scalar<string?>("select $v::varchar", new { v = (string?)null }), Is.Null);
        Assert.That(session.Scalar<decimal?>("select $v::decimal(18,4)", new { v = (decimal?)null }), Is.Null);
        Assert.That(session.Scalar<DateOnly?>("select $v::date", new Dictionary<string, object?> { ["v"] = null }), Is.Null);
        Assert.That(session.Scalar<DateOnly?>("select date '2020-01-02'"), Is.EqualTo(new DateOnly(2020, 1, 2)));
        Assert.That(() => session.Scalar<int>("select null"), Throws.TypeOf<InvalidCastException>());
    }

    private static TestCaseData Case(string type, object value)
        => new TestCaseData(type, value).SetArgDisplayNames(type, value is IEnumerable and not string ? "list" : $"{value}".Replace('\0', '0'));

    private static void Append(ISession session, int rows, object? value) => session.InTransaction(() =>
    {
        using var append = session.Append("main", "t");
        for (var row = 0; row < rows; row++)
            append.Row(row, row % 3 == 0 ? null : value);
        append.Complete();
    });
}
