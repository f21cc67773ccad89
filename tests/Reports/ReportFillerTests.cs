using Crm.Analytics.Reports.Content;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Reports;

internal sealed class ReportFillerTests
{
    [Test]
    public void Tiles_WhileTheNewestMonthIsNotOver_CompareTheMonthBefore()
    {
        var revenue = Tiles("sales_overview", FakeCubes.OnlineRetail())[0];
        Assert.That((revenue.Label, revenue.Period, revenue.Value), Is.EqualTo(("Revenue", "Nov 2011", "£1,461,756")));
        Assert.That(revenue.Change, Is.EqualTo(new TileChange(1, true, "36.5%", "vs Oct 2011 (£1,070,705)")));
        Assert.That(revenue.Detail, Is.EqualTo("All time £9,747,748"));
        Assert.That(revenue.Sparkline!.Values, Has.Count.EqualTo(12));
    }

    [Test]
    public void Tiles_OnceTheNewestMonthIsOver_ShowIt()
    {
        var change = Tiles("sales_overview", FakeCubes.OnlineRetail(new DateTime(2011, 12, 31, 9, 0, 0)))[0];
        Assert.That((change.Period, change.Change!.Direction, change.Change.IsGood), Is.EqualTo(("Dec 2011", -1, (bool?)false)));
    }

    [Test]
    public void RiskTile_Growing_IsBadNews()
    {
        var risk = Tiles("rfm_segments", FakeCubes.OnlineRetail())[3];
        Assert.That((risk.Label, risk.Change!.Direction, risk.Change.IsGood, risk.Detail), Is.EqualTo(("Revenue at risk", 1, (bool?)false, "10.7% of revenue")));
    }

    [Test]
    public void Report_OverRfm_ReadsTheLatestSnapshotOnly()
    {
        var reader = FakeCubes.OnlineRetail();
        Sample.Fill("rfm_segments", reader);
        var asked = reader.Asked.Where(q => q.Dimensions.Contains("rfm.segment")).ToList();
        Assert.That(asked, Has.Count.EqualTo(6));
        Assert.That(asked.Select(q => ((MemberFilter)q.Filters[0]).Values.Single()), Is.All.EqualTo("2011-12-09"));
    }

    [Test]
    public void DominantCountry_OfACharts_IsSaidInWordsAndLeftOutOfThePicture()
    {
        var countries = (ChartContent)Block("sales_overview", "countries", FakeCubes.OnlineRetail());
        Assert.That(countries.Callout, Does.StartWith("United Kingdom alone: £8,187,806, 84.0% of revenue."));
        Assert.That(countries.Views[0].Option, Does.Not.Contain("United Kingdom").And.Contain("Netherlands"));
        Assert.That(countries.Table.Rows[0].Cells[0].Text, Is.EqualTo("United Kingdom"));
    }

    [Test]
    public void SegmentTable_Filled_HoldsEachSegmentsRule()
    {
        var table = ((TableContent)Block("rfm_segments", "segment_table", FakeCubes.OnlineRetail())).Table;
        Assert.That(table.Rows[0].Cells.Take(3).Select(c => c.Text), Is.EqualTo(new[] { "Champions", "Bought just now, order often and spend the most.", "555 554 544 545 454 455 445" }));
        Assert.That(table.Rows[^1].IsTotal && table.Rows[^1].Cells[3].Text == "4,338", Is.True);
    }

    [Test]
    public void FailingCube_InOneBlock_FailsThatBlockVisiblyAndNoOther()
    {
        var reader = FakeCubes.OnlineRetail();
        var content = Sample.Fill("rfm_segments", new FailingOn("rfm_cuts.lowest", reader));
        Assert.That(content.Blocks.OfType<FailedContent>().Select(b => b.Frame.Name), Is.EqualTo(new[] { "recency_cuts", "frequency_cuts", "monetary_cuts" }));
        Assert.That(content.Blocks.OfType<FailedContent>().First().ToString(), Is.EqualTo("R: days since last order: no table behind 'rfm_cuts.lowest'. Load the data first."));
    }

    [Test]
    public void EmptyWarehouse_Filled_SaysThatNothingIsLoaded()
    {
        var content = Sample.Fill("sales_overview", new FakeCubes { AsOf = new DataAsOf(null, null, null) });
        Assert.That((content.NothingLoaded, content.AsOfText), Is.EqualTo((true, "No data loaded yet")));
        Assert.That(content.Blocks, Is.All.InstanceOf<EmptyContent>());
    }

    private static IReadOnlyList<TileContent> Tiles(string report, ICubeReader reader) => ((TilesContent)Block(report, "headline", reader)).Tiles;

    private static BlockContent Block(string report, string block, ICubeReader reader) => Sample.Fill(report, reader).Blocks.Single(b => b.Frame.Name == block);

    private sealed class FailingOn(string member, FakeCubes others) : ICubeReader
    {
        public CubeResult Read(CubeQuery query, CancellationToken cancellation = default) =>
            query.Measures.Contains(member) ? new FakeCubes { FailsOn = member }.Read(query, cancellation) : others.Read(query, cancellation);
    }
}
