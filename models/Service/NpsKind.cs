using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Models.Numerics;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Service;

/// <summary>Net promoter score with its interval, by month, and the words that promoters and detractors use.</summary>
public sealed class NpsKind : IModelKind
{
    private static readonly SqlFile Sql = SqlFile.Beside<NpsKind>();

    /// <inheritdoc/>
    public string Name => "nps";

    /// <inheritdoc/>
    public string Title => "Net promoter score with interval, by month, and the frequent words of comments";

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } =
    [
        new("score", "COLUMN", "The answer, 0–10") { Required = true },
        new("date", "COLUMN", "When it was given"),
        new("format", "FORMAT", "Format of the dates, as yyyyMMdd; by default found out"),
        new("comment", "COLUMN", "What the customer wrote"),
    ];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var score = input.NumbersOf(input.Column("score")!);
        (string, string)[] values = [("score", score), ("table", input.Table)];
        var all = input.Session.Query<Month>(Sql.Fill("months", [.. values, ("month", Sql.Fill("all").Trim())]), null, input.Cancellation);
        if (all.Count == 0)
        {
            throw input.Unfit("no answer from 0 to 10", "answers on a scale from 0 to 10", "Check the column");
        }

        var months = input.Column("date") is { } date
            ? input.Session.Query<Month>(Sql.Fill("months", [.. values, ("month", Sql.Fill("month", ("moment", DateReading.Find(input, date).Expression)).Trim())]), null, input.Cancellation)
            : [];
        var terms = input.Column("comment") is { } comment
            ? input.Session.Query<Word>(Sql.Fill("terms", [.. values, ("comment", SqlName.Quote(comment))]), null, input.Cancellation)
            : [];
        var (value, low, high) = all[0].Nps;
        return new FitResult(Name, Title)
        {
            Conventions = [new("score", "share of promoters (9, 10) less share of detractors (0–6), times 100"), new("interval", "95 %, from the variance of the difference of the two shares")],
            Counts = [new("answers", all[0].Answers, "answers from 0 to 10"), new("left_out", input.Session.Scalar<long>(Sql.Fill("outside", values)), "rows without such an answer")],
            Figures =
            [
                new("nps", value, "net promoter score, −100 to 100"), new("nps_low95", low, "lower end of its 95 % interval"), new("nps_high95", high, "upper end of its 95 % interval"),
                new("promoters", all[0].Promoters, "answers of 9 or 10"), new("detractors", all[0].Detractors, "answers up to 6"), new("mean_score", all[0].Mean, "mean answer"),
            ],
            Tables =
            [
                .. months.Count == 0 ? (FitTable[])[] :
                [
                    new("months", "By month", ["month", "answers", "nps", "low95", "high95", "mean_score"],
                        [.. months.Select(m => (IReadOnlyList<object?>)[m.Name, m.Answers, m.Nps.Value, m.Nps.Low, m.Nps.High, m.Mean])]) { Shown = 60 },
                ],
                .. terms.Count == 0 ? (FitTable[])[] :
                [
                    new("terms", "Frequent words", ["term", "answers", "detractors", "promoters", "mean_score"],
                        [.. terms.Select(t => (IReadOnlyList<object?>)[t.Term, t.Answers, t.Detractors, t.Promoters, t.Mean])]) { Shown = 30 },
                ],
            ],
            Warnings = all[0].Answers < 30 ? [$"only {all[0].Answers} answers; the score is mostly chance"] : [],
        };
    }

    private sealed record Month(string Name, long Answers, long Promoters, long Detractors, double Mean)
    {
        public (double Value, double Low, double High) Nps
        {
            get
            {
                var (p, d) = ((double)Promoters / Answers, (double)Detractors / Answers);
                var half = Normal.NinetyFive * Math.Sqrt(Math.Max(0, p + d - Math.Pow(p - d, 2)) / Answers);
                return (100 * (p - d), 100 * Math.Max(-1, p - d - half), 100 * Math.Min(1, p - d + half));
            }
        }
    }

    private sealed record Word(string Term, long Answers, long Detractors, long Promoters, double Mean);
}
