using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Storage;

public sealed class ColumnAppendTests
{
    private DuckDbInstance _instance = null!;
    private ISession _session = null!;

    [SetUp]
    public void Open()
    {
        _instance = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 2 });
        _session = _instance.Connect();
    }

    [TearDown]
    public void Close()
    {
        _session.Dispose();
        _instance.Dispose();
    }

    [Test]
    public void Columns_OfEveryType_ComeBackAsWritten()
    {
        Append("b BOOLEAN, s SMALLINT, i INTEGER, l BIGINT, h HUGEINT, f FLOAT, d DOUBLE, da DATE, ti TIME, ts TIMESTAMP, tz TIMESTAMPTZ, t VARCHAR", 1, (a, _) =>
        {
            a[0].Boolean(true);
            a[1].Short(short.MinValue);
            a[2].Int(int.MaxValue);
            a[3].Long(long.MinValue);
            a[4].Huge(Int128.MaxValue);
            a[5].Float(1.5f);
            a[6].Double(double.PositiveInfinity);
            a[7].Date(-1);
            a[8].Time(86_399_999_999);
            a[9].Timestamp(-1);
            a[10].Timestamp(1);
            a[11].Text("ü");
        });
        Assert.That(
            _session.Scalar<string>("SELECT concat_ws('|', b, s, i, l, h, f, d, da, ti, ts, tz, t) FROM t"),
            Is.EqualTo("true|-32768|2147483647|-9223372036854775808|170141183460469231731687303715884105727|1.5|inf|1969-12-31|23:59:59.999999|"
                + "1969-12-31 23:59:59.999999|1970-01-01 00:00:00.000001+00|ü"));
    }

    [Test]
    public void Decimals_OfEveryWidth_FitOrAreRefused()
    {
        Append("a DECIMAL(4,2), b DECIMAL(9,0), c DECIMAL(18,3), d DECIMAL(38,38)", 1, (a, _) =>
        {
            Assert.That(a[0].Decimal(10_000), Is.False);
            Assert.That(a[2].Decimal(1_000_000_000_000_000_000), Is.False);
            Assert.That(a[0].Decimal(-9999) && a[1].Decimal(999_999_999) && a[2].Decimal(-999_999_999_999_999_999), Is.True);
            Assert.That(a[3].Decimal(Int128.Parse("-99999999999999999999999999999999999999", CultureInfo.InvariantCulture)), Is.True);
        });
        Assert.That(_session.Scalar<string>("SELECT concat_ws('|', a, b, c, d) FROM t"),
            Is.EqualTo("-99.99|999999999|-999999999999999.999|-.99999999999999999999999999999999999999"));
    }

    [Test]
    public void Texts_OfAllLengths_InManyChunks_ComeBackWhole()
    {
        static string Word(long i) => string.Concat(Enumerable.Repeat(i % 3 == 0 ? "é" : "x", (int)(i % 40))) + i.ToString(CultureInfo.InvariantCulture);
        Append("i BIGINT, a VARCHAR, b VARCHAR", 30_000, (a, i) =>
        {
            a[0].Long(i);
            if (i % 7 == 0)
            {
                a[1].Null();
            }
            else
            {
                a[1].Text(Word(i));
            }

            a[2].Text(System.Text.Encoding.UTF8.GetBytes(Word(i)));
        });
        var rows = _session.Query<(long, string?, string)>("SELECT i, a, b FROM t ORDER BY i");
        Assert.That(rows, Is.EqualTo(Enumerable.Range(0, 30_000).Select(i => ((long)i, i % 7 == 0 ? null : Word(i), Word(i)))));
    }

    [Test]
    public void Texts_OfAMegabyte_ComeBackWhole()
    {
        Append("a VARCHAR, b VARCHAR", 20, (a, i) =>
        {
            a[0].Text(new string('é', 1 << 20));
            a[1].Text($"row {i}, which does not fit into the value");
        });
        Assert.That(
            _session.Query<(long, string)>("SELECT sum(length(a))::BIGINT, min(b) FROM t"),
            Is.EqualTo(new[] { (20L << 20, "row 0, which does not fit into the value") }));
    }

    [Test]
    public void Text_ThatIsNoUtf8_IsMendedAndSaid()
    {
        var valid = true;
        Append("a VARCHAR", 1, (a, _) => valid = a[0].Text([0x61, 0xff, 0x62]));
        Assert.That((valid, _session.Scalar<string>("SELECT a FROM t")), Is.EqualTo((false, "a\uFFFDb")));
    }

    [Test]
    public void AbandonRow_AfterSomeColumns_LeavesNoTrace()
    {
        Append("a INTEGER, b VARCHAR", 5000, (a, i) =>
        {
            a[0].Null();
            a.AbandonRow();
            a[0].Int((int)i);
            a[1].Text("abandoned text that is long enough");
            a.AbandonRow();
            a[0].Int((int)i);
            a[1].Null();
        });
        Assert.That(_session.Query<(long, long, long)>("SELECT count(*), sum(a)::BIGINT, count(b) FROM t"), Is.EqualTo(new[] { (5000L, 5000L * 4999 / 2, 0L) }));
    }

    [Test]
    public void Setter_OfAnotherType_IsRefused()
    {
        Append("a INTEGER, b VARCHAR", 1, (a, _) =>
        {
            Assert.Throws<InvalidCastException>(() => a[0].Long(1));
            Assert.Throws<InvalidCastException>(() => a[1].Int(1));
            Assert.Throws<InvalidCastException>(() => a[0].Text("x"));
            a[0].Int(1);
            a[1].Text("x");
        });
        Assert.That(_session.Scalar<long>("SELECT count(*) FROM t"), Is.EqualTo(1));
    }

    [Test]
    public void Columns_WithUnequalCounts_AreRefused()
    {
        Assert.Throws<InvalidOperationException>(() => Append("a INTEGER, b INTEGER", 1, (a, _) => a[0].Int(1)));
        Assert.Throws<InvalidOperationException>(() => Append("a2 INTEGER", 1, (a, _) => a[0].Null(), complete: false));
    }

    private void Append(string columns, long rows, Action<ColumnAppend, long> write, bool complete = true)
    {
        _session.Execute($"CREATE OR REPLACE TABLE t ({columns})");
        _session.InTransaction(() =>
        {
            using var append = _session.AppendColumns("main", "t");
            for (long i = 0; i < rows; i++)
            {
                write(append, i);
                append.EndRow();
            }

            if (!complete)
            {
                throw new InvalidOperationException("left before the end");
            }

            append.Complete();
        });
    }
}
