using System.Globalization;
using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Models.Learning;
using Crm.Analytics.Models.Numerics;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Churn;

/// <summary>Who leaves, learnt from a file with a label: logistic regression and boosted trees, cross-validated and calibrated.</summary>
public sealed class ChurnKind : IModelKind
{
    private static readonly string[] usualPositives = ["yes", "y", "true", "t", "1", "churn", "churned", "left", "exited", "lost", "leave", "positive"];

    /// <inheritdoc/>
    public string Name => "churn";

    /// <inheritdoc/>
    public string Title => "Who leaves: logistic regression and gradient-boosted trees over the columns of a file, with calibrated probabilities and reasons";

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } =
    [
        new("label", "COLUMN", "What is foretold: two values, such as Yes and No") { Required = true },
        new("positive", "VALUE", "The label's value that is foretold; else the one that says yes, or the rarer one"),
        new("key", "COLUMN", "Names the rows, such as the customer's number; not learnt from"),
        new("columns", "COLUMNS", "Columns to learn from, with commas between; else all but the label and the key"),
        new("folds", "N", "Folds of cross-validation") { Default = "5" },
        new("seeds", "N", "Runs of cross-validation, with seeds 1 … N") { Default = "10" },
        new("penalty", "NUMBER", "L2 penalty of the logistic regression, on standardised columns") { Default = "1" },
        new("trees", "N", "Trees of the boosted model") { Default = "200" },
    ];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var label = input.Column("label")!;
        var chosen = input.ColumnList("columns");
        var table = new LearningTable(input.Session, SqlName.Quote(input.Table), chosen.Count == 0 ? input.Columns : [.. chosen]) { Label = label, Key = input.Column("key") };
        var (positive, notes) = Positive(input, table);
        table = table with { Positive = positive };
        var rows = table.Read(input.Cancellation);
        notes.AddRange(rows.Notes);
        var folds = input.Whole("folds", 2, 100)!.Value;
        Check(input, rows, label, positive, folds, notes);

        var boosting = new BoostingOptions(Trees: input.Whole("trees", 1, 5000)!.Value);
        var learners = ChurnValidation.Learners(input.Number("penalty", 1e-9, 1e9)!.Value, boosting);
        var validations = learners.Select(l => ChurnValidation.Of(
            l.Key, CrossValidation.Run(rows.Data, rows.Labels, l.Value, folds, input.Whole("seeds", 1, 1000)!.Value, input.Cancellation), rows.Labels)).ToList();
        var best = validations.MaxBy(v => v.Auc)!;
        var models = learners.ToDictionary(l => l.Key, l => l.Value(rows.Data, rows.Labels, 1));
        return Result(label, positive, rows, validations, best, models, notes);
    }

    private static (string Positive, List<string> Notes) Positive(KindInput input, LearningTable table)
    {
        var values = table.LabelValues();
        var notes = new List<string>();
        if (values.FirstOrDefault(v => v.Value is null).Rows is var missing and > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{missing:N0} rows have no {table.Label} and are left out"));
        var known = values.Where(v => v.Value is not null).ToList();
        if (known.Count == 0)
            throw input.Unfit($"no row has a {table.Label}", "rows with one of two values", "Name another column with --label");
        if (known.Count == 1)
            throw input.Unfit($"all {known[0].Rows} rows have the {table.Label} '{known[0].Value}'", "rows of both kinds: from one kind nothing can be learnt", "Give data with customers who left and customers who stayed");
        var given = input.Text("positive");
        var positive = given is null
            ? known.FirstOrDefault(v => usualPositives.Contains(v.Value!.ToLowerInvariant())).Value ?? (known.Count == 2 ? known[^1].Value! : null)
            : known.FirstOrDefault(v => v.Value!.Equals(given.Trim(), StringComparison.OrdinalIgnoreCase)).Value;
        if (positive is null || given is null && known.Count > 2)
        {
            throw input.Wrong(given is null ? "label" : "positive", given ?? $"{known.Count} different values", $"one of the values of {table.Label}: {string.Join(", ", known.Take(8).Select(v => v.Value))}"
                + (given is null ? ", told with --positive" : ""));
        }

        if (known.Count > 2)
            notes.Add($"{table.Label} has {known.Count} values; all but '{positive}' are taken together");
        return (positive, notes);
    }

    private static void Check(KindInput input, LearningRows rows, string label, string positive, int folds, List<string> notes)
    {
        var positives = (int)rows.Labels.Sum();
        var fewer = Math.Min(positives, rows.Labels.Length - positives);
        if (fewer < folds)
        {
            throw input.Unfit(
                $"{fewer} rows of the rarer kind ({label} '{positive}': {positives} of {rows.Labels.Length})", $"at least {folds}, one for each fold; some hundred to learn from", "Give more data, or fewer --folds");
        }

        if (rows.Data.Columns.Length == 0)
            throw input.Unfit("no column to learn from", "columns that change from row to row", "Name columns with --columns");
        if (fewer < 50)
            notes.Add($"only {fewer} rows of the rarer kind: the figures are rough, some hundred are wanted");
        for (var j = 0; j < rows.Data.Columns.Length; j++)
        {
            var auc = ClassifierMeasures.Auc(Array.ConvertAll(rows.Data.Columns[j], v => double.IsFinite(v) ? v : double.MinValue), rows.Labels);
            if (Math.Abs(auc - 0.5) > 0.49)
                notes.Add($"{rows.Data.Features[j].Name} alone tells the label nearly always: was it known beforehand, or is it written when a customer leaves?");
        }
    }

    private static FitResult Result(
        string label, string positive, LearningRows rows, List<ChurnValidation> validations, ChurnValidation best, Dictionary<string, IScorer> models, List<string> notes)
    {
        var logistic = (LogisticModel)models["logistic"];
        var scorer = models[best.Name];
        return new FitResult("churn", $"Who leaves: {label} = {positive}")
        {
            Conventions =
            [
                new("foretold", $"{label} = {positive}"),
                new("validation", "stratified folds; each row is scored by a model that did not see it; area under the curve per fold, then the mean"),
                new("probabilities", $"by the {best.Name} model, calibrated on rows it did not see (Platt)"),
            ],
            Parameters = [new("intercept", logistic.Intercept, null, "log-odds of a row at the mean of every column"), .. rows.Data.Features
                .Select((f, j) => new FittedParameter(f.Name, logistic.Weights[j], logistic.Scales[j] > 0 ? logistic.StandardErrors[j] : null, "change of the log-odds per standard deviation"))],
            Counts =
            [
                new("rows", rows.Labels.Length, "rows with a label"), new("positives", rows.Labels.Sum(), $"rows with {label} = {positive}"),
                new("rate", rows.Labels.Average(), "their share"), new("features", rows.Data.Columns.Length, "columns of numbers made from the file's"),
            ],
            Holdout = [.. validations.SelectMany(Figures)],
            Tables =
            [
                new("columns", "How each column is used", ["column", "used_as"], [.. rows.Uses.Select(u => (IReadOnlyList<object?>)[u.Key, u.Value])]) { Shown = 60 },
                new("importance", "What the boosted trees ask about, by share of the gain", ["column", "share"], Importance((BoostedModel)models["boosted"], rows.Data)),
                new("reliability", $"Foretold and observed rates by tenths of the rows ({best.Name})", ["rows", "foretold", "observed"],
                    [.. best.Reliability.Select(g => (IReadOnlyList<object?>)[g.Rows, g.Predicted, g.Observed])]),
                new("highest", "The rows with the highest probability, and what moved their log-odds", ["row", "probability", "reasons"], Highest(scorer, best, rows)),
            ],
            Warnings = notes,
        };
    }

    private static IEnumerable<Figure> Figures(ChurnValidation v) =>
    [
        new($"{v.Name}_auc", v.Auc, "area under the curve, mean of the runs"), new($"{v.Name}_auc_sd", v.AucSpread, "its standard deviation over the runs"),
        new($"{v.Name}_average_precision", v.AveragePrecision, "area under precision over recall"), new($"{v.Name}_lift_10", v.Lift, "rate in the highest tenth over the rate of all"),
        new($"{v.Name}_brier", v.Brier, "mean squared error of the calibrated probabilities"), new($"{v.Name}_brier_raw", v.RawBrier, "the same before calibration"),
        new($"{v.Name}_log_loss", v.LogLoss, "mean −ln of the probability of what happened"), new($"{v.Name}_calibration_slope", v.Calibration.Slope, "1: the scores were neither too bold nor too timid"),
    ];

    private static IReadOnlyList<IReadOnlyList<object?>> Importance(BoostedModel model, FeatureMatrix data)
    {
        var gains = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var node in model.Trees.SelectMany(t => t.Nodes).Where(n => n.Feature >= 0))
            gains[data.Features[node.Feature].Source] = gains.GetValueOrDefault(data.Features[node.Feature].Source) + node.Gain;
        var all = gains.Values.Sum();
        return [.. gains.OrderByDescending(g => g.Value).Select(g => (IReadOnlyList<object?>)[g.Key, g.Value / all])];
    }

    private static IReadOnlyList<IReadOnlyList<object?>> Highest(IScorer model, ChurnValidation validation, LearningRows rows)
        => [.. Enumerable.Range(0, rows.Data.Rows).Select(i => (Row: i, Score: model.Score(rows.Data, i))).OrderByDescending(r => r.Score).ThenBy(r => r.Row).Take(20)
            .Select(r => (IReadOnlyList<object?>)[rows.Keys.Length > 0 ? rows.Keys[r.Row] : r.Row + 1, validation.Calibration.Probability(r.Score), ChurnReasons.Of(model, rows.Data, r.Row)])];
}
