using System.Globalization;
using Crm.Analytics.Models.Learning;
using Crm.Analytics.Models.Numerics;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Churn;

/// <summary>
/// Who leaves within a horizon, learnt from the star. A customer is asked about on days a horizon apart; what is known then is strictly older than that day,
/// and whether they left shows in the horizon after it. The model is chosen on the last horizon, having learnt from the one before, and then learns from the last.
/// </summary>
public static class ChurnModel
{
    /// <summary>Version of features and learners; scores of different versions are not comparable.</summary>
    public const string Version = "churn-1";

    private const int MostLearnt = 200_000;
    private const int Slice = 200_000;
    private const int PastCuts = 4;
    private const int LeastOfEach = 30;
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(ChurnModel));

    private static readonly string[] features =
    [
        "days_since_last_order", "days_since_first_order", "orders", "orders_90_days", "orders_year", "spend", "spend_90_days", "spend_year", "spend_per_order", "days_between_orders",
        "gaps_overdue", "products", "returned_lines", "discounts", "units", "cases_year", "complaints_year", "contacts_year", "responses_year", "country", "region", "sex", "occupation", "age",
    ];

    /// <summary>
    /// Makes <c>star.score_churn</c> and <c>star.score_churn_fit</c> hold what the facts as they are now say. Where the data cannot carry a model, the rows have no
    /// probability, and the fit's notes say why.
    /// </summary>
    /// <param name="session">The warehouse, inside the run's transaction.</param>
    /// <param name="catalogue">The declarations; the two facts are among them.</param>
    /// <param name="settings">How to score.</param>
    /// <param name="run">The run that writes.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>Rows that changed in the two tables, and how far the probabilities can be trusted.</returns>
    public static StarOutcome Score(ISession session, Catalogue catalogue, ChurnSettings settings, int run, CancellationToken cancellation = default)
    {
        var span = session.Query<Span>(Sql.Fill("span"), null, cancellation)[0];
        if (span.Newest is not { } newest || span.Oldest is not { } oldest)
            return StarOutcome.Nothing;
        var byContract = settings.Definition == "contract" || settings.Definition == "auto" && span.Leavers > 0;
        Prepare(session, settings, oldest, newest, byContract, cancellation);
        var outcome = Learn(session, settings, cancellation);
        session.Execute(Sql.Fill("rows"), null, cancellation);
        session.Execute(Sql.Fill("fit_rows"), new
        {
            day = newest,
            learner = outcome.Validation?.Name,
            model_version = Version,
            definition = byContract ? "left by contract" : $"no order in {settings.Horizon} days",
            horizon = settings.Horizon,
            customers = outcome.Customers,
            rate = outcome.Rate,
            auc = outcome.Validation?.Auc,
            average_precision = outcome.Validation?.AveragePrecision,
            lift = outcome.Validation?.Lift,
            brier = outcome.Validation?.Brier,
            parameters = outcome.Parameters,
            notes = string.Join("; ", outcome.Notes),
        });
        var changed = Merge(session, catalogue, "churn", "churn_row", ["snapshot_date", "customer_key"], run) + Merge(session, catalogue, "churn_fit", "churn_fit_row", ["snapshot_date"], run);
        ModelChecks.Write(session, catalogue, "churn", newest, [.. Checks(outcome.Validation)], run);
        session.Execute(Sql.Fill("forget"));
        return new(newest, changed, outcome.Customers, outcome.Notes)
        {
            Quality = new Dictionary<string, double?>
            {
                ["auc"] = outcome.Validation?.Auc,
                ["average_precision"] = outcome.Validation?.AveragePrecision,
                ["lift_top_tenth"] = outcome.Validation?.Lift,
                ["brier"] = outcome.Validation?.Brier,
            },
        };
    }

    /// <summary>Makes the temporary table <c>churn_feature</c>: what was known of each customer on each day.</summary>
    internal static void Prepare(ISession session, ChurnSettings settings, DateOnly oldest, DateOnly newest, bool byContract, CancellationToken cancellation)
    {
        session.Execute(Sql.Fill("cuts"));
        string[] parts = ["score", "train", "test", .. Enumerable.Repeat("past", PastCuts)];
        for (var i = 0; i < parts.Length && newest.AddDays(1 - i * settings.Horizon) > oldest; i++)
            session.Execute(Sql.Fill("cut"), new { cut = newest.AddDays(1 - i * settings.Horizon), part = parts[i], until = newest.AddDays(1) });
        session.Execute(Sql.Fill("customers"), new { horizon = settings.Horizon, look_back = settings.LookBack, by_contract = byContract }, cancellation);
        session.Execute(Sql.Fill("features"), null, cancellation);
        session.Execute(Sql.Fill("scored"));
    }

    private static Outcome Learn(ISession session, ChurnSettings settings, CancellationToken cancellation)
    {
        var rates = session.Query<Rate>(Sql.Fill("rates"), null, cancellation).ToDictionary(r => r.Part);
        var (train, test) = (rates.GetValueOrDefault("train"), rates.GetValueOrDefault("test"));
        var customers = rates.GetValueOrDefault("score")?.Rows ?? 0;
        if (Lack(train) is { } lack)
            return new Outcome(null, customers, train is { Rows: > 0 } ? train.Leavers / (double)train.Rows : null, null, [lack]);

        var table = new LearningTable(session, "churn_feature", features) { Label = "has_left", Positive = "true", MostRows = MostLearnt };
        var encoding = table.Encode(cancellation);
        var learnt = table.Rows(encoding, "part = 'train'", cancellation);
        var older = Lack(test) is null ? table.Rows(encoding, "part = 'test'", cancellation) : null;
        var learners = ChurnValidation.Learners(1, new BoostingOptions()).Where(l => settings.Learner == "best" || settings.Learner == l.Key).ToList();
        var validations = learners.Select(l => Validate(l.Key, l.Value, older, learnt, cancellation)).ToList();
        var best = validations.MaxBy(v => v.Auc)!;
        var model = learners.Single(l => l.Key == best.Name).Value(learnt.Data, learnt.Labels, 1);
        ScoreCustomers(session, table with { Label = null, Positive = null, Key = "customer_key" }, encoding, model, best.Calibration, cancellation);
        List<string> notes = [.. learnt.Notes];
        if (older is null)
            notes.Add($"chosen by cross-validation: the history is too short to learn {settings.Horizon} days earlier and try it on what followed");
        if (best.Auc < 0.6)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"the area under the curve is {best.Auc:0.000}: the data hardly tells who leaves"));
        return new Outcome(best, customers, learnt.Labels.Average(), Words(model, learnt.Data), notes);
    }

    // On the last horizon, by a model of the one before; with too short a history by cross-validation.
    private static ChurnValidation Validate(string name, Learner learner, LearningRows? older, LearningRows learnt, CancellationToken cancellation)
    {
        if (older is null)
            return ChurnValidation.Of(name, CrossValidation.Run(learnt.Data, learnt.Labels, learner, 5, 1, cancellation), learnt.Labels);
        var model = learner(older.Data, older.Labels, 1);
        double[] scores = [.. Enumerable.Range(0, learnt.Data.Rows).Select(i => model.Score(learnt.Data, i))];
        return ChurnValidation.Of(name, new ValidatedScores([ClassifierMeasures.Auc(scores, learnt.Labels)], scores), learnt.Labels);
    }

    private static void ScoreCustomers(
        ISession session, LearningTable table, LearningEncoding encoding, IScorer model, PlattCalibration calibration, CancellationToken cancellation)
    {
        var last = session.Scalar<long>(Sql.Fill("last_customer"));
        for (var after = 0L; after < last; after += Slice)
        {
            var rows = (table with { Columns = [.. features, "customer_key"] }).Rows(
                encoding, string.Create(CultureInfo.InvariantCulture, $"part = 'score' AND customer_key > {after} AND customer_key <= {after + Slice}"), cancellation);
            var probabilities = new double[rows.Data.Rows];
            var reasons = new string[rows.Data.Rows];
            Parallel.For(0, rows.Data.Rows, new ParallelOptions { CancellationToken = cancellation }, i =>
                (probabilities[i], reasons[i]) = (calibration.Probability(model.Score(rows.Data, i)), ChurnReasons.Of(model, rows.Data, i)));
            using var append = session.Append("temp", "churn_scored");
            for (var i = 0; i < rows.Data.Rows; i++)
                append.Row(int.Parse(rows.Keys[i], CultureInfo.InvariantCulture), probabilities[i], reasons[i]);
            append.Complete();
        }
    }

    private static IEnumerable<CheckPoint> Checks(ChurnValidation? validation) => (validation?.Reliability ?? [])
        .Select((g, i) => new CheckPoint("calibration", string.Create(CultureInfo.InvariantCulture, $"tenth {i + 1}"), g.Predicted, g.Observed, g.Rows));

    private static string? Lack(Rate? rate) => rate is null or { Rows: 0 }
        ? "no probabilities: the history is shorter than the horizon, so nobody is known to have left or stayed"
        : Math.Min(rate.Leavers, rate.Rows - rate.Leavers) < LeastOfEach
            ? $"no probabilities: {rate.Leavers} of {rate.Rows} customers left; at least {LeastOfEach} who left and {LeastOfEach} who stayed are needed"
            : null;

    private static string Words(IScorer model, FeatureMatrix data) => model is LogisticModel logistic
        ? string.Join(", ", data.Features.Select((f, j) => string.Create(CultureInfo.InvariantCulture, $"{f.Name} {logistic.Weights[j]:0.####}")))
        : string.Create(CultureInfo.InvariantCulture, $"{((BoostedModel)model).Trees.Count} trees, {data.Features.Count} features");

    private static long Merge(ISession session, Catalogue catalogue, string fact, string wanted, IReadOnlyList<string> key, int run)
    {
        var counts = ScoreTable.Merge(session, catalogue, fact, wanted, key, run);
        return counts.Inserted + counts.Changed + counts.Removed;
    }

    private sealed record Span(DateOnly? Oldest, DateOnly? Newest, long Customers, long Leavers);

    private sealed record Rate(string Part, long Rows, long Leavers);

    private sealed record Outcome(ChurnValidation? Validation, long Customers, double? Rate, string? Parameters, IReadOnlyList<string> Notes);
}
