using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Rfm;

/// <summary>
/// Scores customers by recency, frequency and monetary value, 1–5 each, 5 is best, and puts them into the segments of a grid; for the newest day of the
/// data and past month ends, all at once. Scored are customers with at least one order up to the snapshot's day. A score at a snapshot stands only on
/// facts dated up to its day. The rules for ties are explained in docs/models-rfm.md.
/// </summary>
public static class RfmModel
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(RfmModel));

    private const long RowsInSlice = 2_500_000;
    private const long MostSlices = 16;

    /// <summary>What is scored; a larger value is better in each, so that one rule serves all three.</summary>
    private static readonly Measure[] measures = [new("r", "-days_since_last_order"), new("f", "order_count"), new("m", "total_spend")];

    /// <summary>
    /// Makes <c>star.score_rfm</c>, <c>star.score_rfm_part</c>, <c>star.score_rfm_cut</c> and <c>star.score_rfm_segment</c> hold the scores of the facts as they are now. Rows that
    /// change or go move to the tables' histories; the same facts and settings twice change nothing.
    /// </summary>
    /// <param name="session">The warehouse, inside the run's transaction.</param>
    /// <param name="catalogue">The declarations; the three score facts are among them.</param>
    /// <param name="settings">How to score.</param>
    /// <param name="projectFolder">Where a grid that is not built in is found.</param>
    /// <param name="run">The run that writes.</param>
    /// <param name="newest">The day of the newest snapshot; null: the newest day of the facts.</param>
    /// <param name="rowsAtOnce">How many scores are made and written at a time, which takes memory.</param>
    /// <exception cref="DeclarationException">The grid is wrong.</exception>
    public static RfmSummary Score(
        ISession session, Catalogue catalogue, RfmSettings settings, string projectFolder, int run, DateOnly? newest = null, long rowsAtOnce = RowsInSlice)
    {
        var grid = RfmGrid.Load(settings.Grid, projectFolder);
        var day = newest ?? session.Scalar<DateOnly?>(Sql.Fill("newest"));
        session.Execute(Sql.Fill("snapshots"), new { newest = day, month_ends = settings.MonthEnds });
        CountCustomers(session, settings.MonthEnds, day);
        ScoreCustomers(session, settings.Ties);
        MakeCuts(session, grid, settings);
        var scores = WriteScores(session, catalogue, settings, run, rowsAtOnce);
        Forget(session, settings.Ties);
        RfmParts.Score(session, catalogue, settings, day, run);
        ScoreTable.Merge(session, catalogue, "rfm_cut", "rfm_cut_row", ["snapshot_date", "measure", "score"], run);
        ScoreTable.Merge(session, catalogue, "rfm_segment", "rfm_segment_row", ["snapshot_date", "segment"], run);
        var segments = session.Query<RfmSegmentTotal>(Sql.Fill("totals"), new { newest = day });
        session.Execute(Sql.Fill("forget"));
        return new(day, scores, segments);
    }

    private static void CountCustomers(ISession session, int monthEnds, DateOnly? newest)
    {
        if (monthEnds == 0)
        {
            session.Execute(Sql.Fill("customers_once"), new { newest });
            return;
        }

        session.Execute(Sql.Fill("activity"));
        session.Execute(Sql.Fill("customers"));
    }

    // Comparing with cuts costs less than storing what came of it; placing all customers in order does not.
    private static string Kept(string ties) => ties == "ntile" ? "TABLE" : "VIEW";

    private static void ScoreCustomers(ISession session, string ties)
    {
        if (ties == "ntile")
        {
            session.Execute(Scores(ties, m => Sql.Fill("by_ntile", ("value", m.Value)), cuts: ""));
            return;
        }

        foreach (var measure in measures)
        {
            // The published convention of quantile scores adds one to each cut; counted in days before the snapshot, that is the cut's floor here.
            var (begin, step) = measure.Name == "r" ? ("floor", "") : ("", " + 1");
            session.Execute(Sql.Fill($"cuts_{ties}", ("cut", measure.Cut), ("value", measure.Value), ("begin", begin), ("step", step)));
        }

        session.Execute(Scores(
            ties,
            m => Sql.Fill("by_cuts", ("value", m.Value), ("cut", m.Cut)),
            cuts: string.Concat(measures.Select(m => Sql.Fill("join_cut", ("cut", m.Cut))))));
    }

    private static string Scores(string ties, Func<Measure, string> score, string cuts) => Sql.Fill(
        "scores", ("kept", Kept(ties)), ("r", score(measures[0])), ("f", score(measures[1])), ("m", score(measures[2])), ("cuts", cuts));

    private static void MakeCuts(ISession session, RfmGrid grid, RfmSettings settings)
    {
        var codes = grid.Segments.SelectMany(s => s.Codes.Select(c => new { r = c.R, f = c.F, m = c.M, segment = s.Name, standing = s.Standing }));
        session.Execute(Sql.Fill("grid"), new { codes = JsonSerializer.Serialize(codes) });
        session.Execute(Sql.Fill("cut_rows"));
        var segments = grid.Segments.Select((s, i) => new
        {
            position = i + 1,
            segment = s.Name,
            standing = s.Standing,
            rule = s.Rule,
            description = s.Description,
        });
        session.Execute(Sql.Fill("segment_rows"), new { segments = JsonSerializer.Serialize(segments), grid = grid.Name, ties = settings.Ties });
    }

    // A slice of the customers after the other: rows with their texts are wide, and those of ten million would go to disk and back before they are written.
    private static MergeCounts WriteScores(ISession session, Catalogue catalogue, RfmSettings settings, int run, long rowsAtOnce)
    {
        var extent = session.Query<Extent>(Sql.Fill("extent"))[0];
        var slices = Math.Clamp((extent.Rows + rowsAtOnce - 1) / rowsAtOnce, 1, MostSlices);
        var width = (extent.LastKey - extent.FirstKey + 1 + slices - 1) / slices;
        var written = default(MergeCounts);
        for (var slice = 0L; slice < slices; slice++)
        {
            // The outer slices have no outer ends: what the star still has of customers beyond is to go.
            var from = slice == 0 ? int.MinValue : extent.FirstKey + (slice * width);
            var to = slice == slices - 1 ? int.MaxValue + 1L : extent.FirstKey + ((slice + 1) * width);
            (string, string)[] ends = [("from", from.ToString(CultureInfo.InvariantCulture)), ("to", to.ToString(CultureInfo.InvariantCulture))];
            var version = Sql.Fill(settings.MonthEnds == 0 ? "version_once" : "version_each", ends).Trim();
            session.Execute(Sql.Fill("rows", [.. ends, ("version", version)]), new { wr = settings.Weights.R, wf = settings.Weights.F, wm = settings.Weights.M });
            session.Execute(Sql.Fill("late_versions"));
            var counts = ScoreTable.Merge(session, catalogue, "rfm", "rfm_row", ["snapshot_date", "customer_key"], run, slices == 1 ? "true" : Sql.Fill("slice", ends).Trim());
            written = new(written.Inserted + counts.Inserted, written.Changed + counts.Changed, written.Removed + counts.Removed, written.Unchanged + counts.Unchanged);
            session.Execute(Sql.Fill("forget_rows"));
        }

        return written;
    }

    private static void Forget(ISession session, string ties)
    {
        session.Execute(Sql.Fill("forget_customers", ("kept", Kept(ties))));
        if (ties != "ntile")
        {
            foreach (var measure in measures)
            {
                session.Execute(Sql.Fill("forget_cut", ("cut", measure.Cut)));
            }
        }
    }

    private sealed record Extent(long FirstKey, long LastKey, long Rows);

    /// <param name="Name">The score.</param>
    /// <param name="Value">What is scored, as an expression over rfm_customer.</param>
    private sealed record Measure(string Name, string Value)
    {
        public string Cut => $"rfm_cut_{Name}";
    }
}
