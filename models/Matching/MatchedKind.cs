using System.Globalization;
using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Matching;

/// <summary>
/// The effect of something that customers were not drawn for by lot (a membership, a complaint), against others who were alike before: strata by fifths of
/// numbers and values of texts, differences within them, weighted by members. What was not matched by can still make the difference, and that is said.
/// </summary>
public sealed class MatchedKind : IModelKind
{
    private static readonly SqlFile Sql = SqlFile.Beside<MatchedKind>();

    /// <inheritdoc/>
    public string Name => "matched";

    /// <inheritdoc/>
    public string Title => "Matched comparison: effect of a membership or a complaint, against others who were alike before";

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } =
    [
        new("member", "COLUMN", "Whether the customer is one: a member, one who complained: 1, true or yes") { Required = true },
        new("outcome", "COLUMN", "What is compared, as spend afterwards") { Required = true },
        new("match", "COLUMNS", "What customers must be alike in, with commas between, as spend and orders before") { Required = true },
    ];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var match = input.ColumnList("match");
        var names = match.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"alike_{i + 1}")).ToList();
        var strata = match.Zip(names, (column, name) =>
        {
            (string, string)[] values = [("column", SqlName.Quote(column)), ("number", KindInput.NumberOf(column)), ("table", input.Table), ("name", name)];
            return Sql.Fill(input.Session.Scalar<bool>(Sql.Fill("numbers", values), null, input.Cancellation) ? "fifth" : "text", values).Trim();
        });
        input.Session.Execute(
            Sql.Fill(
                "customers", ("group", Sql.Fill("is_true", ("column", SqlName.Quote(input.Column("member")!))).Trim()), ("outcome", KindInput.NumberOf(input.Column("outcome")!)),
                ("strata", SqlName.List(strata)), ("table", input.Table)), null, input.Cancellation);
        var found = MatchedEffect.Of(input.Session.Query<Stratum>(Sql.Fill("strata", ("names", SqlName.List(names))), null, input.Cancellation));
        if (found.Matched == 0)
        {
            throw input.Unfit("no members and others who are alike", "at least two of each in some stratum", "Match by fewer columns, or give more customers");
        }

        return new FitResult(Name, Title)
        {
            Conventions = [new("alike", $"{string.Join(", ", match)}: fifths of numbers, values of texts"), new("effect", "mean difference within strata, weighted by their members")],
            Counts =
            [
                new("members", found.Members, "members"), new("others", found.Others, "others"),
                new("strata", found.Strata, "strata with two of each or more"), new("matched_members", found.Matched, "members in them"),
            ],
            Figures =
            [
                new("effect", found.Effect, "outcome of members less that of others who were alike"), new("effect_low95", found.Low, "lower end of its 95 % interval"),
                new("effect_high95", found.High, "upper end of its 95 % interval"), new("p_value", found.P, "of a difference by chance, two-sided"),
                new("raw_difference", found.Raw, "the same without matching: what being another kind of customer makes is in it"),
            ],
            Warnings =
            [
                "members chose to be that: what was not matched by can make the difference; only a control group drawn by lot tells for sure (see uplift)",
                .. found.Share < .8 ? (string[])[FormattableString.Invariant($"only {found.Share:0%} of the members have others who are alike; the effect is theirs")] : [],
                .. found.Matched < 30 ? (string[])[$"only {found.Matched} matched members; the difference is mostly chance"] : [],
            ],
        };
    }
}
