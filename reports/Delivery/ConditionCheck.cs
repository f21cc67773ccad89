using System.Globalization;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Delivery;

/// <summary>Whether a condition holds, and in one line why.</summary>
internal sealed class ConditionCheck(Questions questions)
{
    /// <summary>Periods of history below which nothing is called unusual.</summary>
    private const int FewestPeriods = 6;

    /// <summary>The median absolute deviation of a normal distribution is its standard deviation over this.</summary>
    private const double Consistency = 1.4826;

    /// <summary>Judges a condition.</summary>
    public (bool Holds, string Said) Judge(ConditionPlan condition)
    {
        var history = History(condition);
        if (history.Count == 0)
        {
            return (false, $"{condition.Measure} has no value");
        }

        var (now, before) = (history[^1], history.Count > 1 ? history[^2] : (double?)null);
        return condition.Kind switch
        {
            ConditionKind.Above => (now > condition.Value, Say(condition, now, $"above {Number(condition.Value)}")),
            ConditionKind.Below => (now < condition.Value, Say(condition, now, $"below {Number(condition.Value)}")),
            ConditionKind.RisesBy => (before is { } b && b != 0 && (now - b) / Math.Abs(b) >= condition.Value, Say(condition, now, $"up by {Percent(condition.Value)} on {Number(before)}")),
            ConditionKind.FallsBy => (before is { } b && b != 0 && (b - now) / Math.Abs(b) >= condition.Value, Say(condition, now, $"down by {Percent(condition.Value)} on {Number(before)}")),
            _ => Unusual(condition, now, [.. history.Take(history.Count - 1)]),
        };
    }

    /// <summary>The modified z-score (Iglewicz and Hoaglin 1993): neither one odd period nor a rising trend's spread hides the next odd one, as with a standard deviation.</summary>
    internal static double Deviations(double now, IReadOnlyList<double> history)
    {
        var median = Median(history);
        var spread = Median([.. history.Select(h => Math.Abs(h - median))]) * Consistency;
        if (spread == 0)
        {
            // More than half are equal: the mean deviation, by its own constant (theirs too); nothing varies at all: any change is unusual.
            spread = history.Average(h => Math.Abs(h - median)) * 1.253314;
        }

        return now.Equals(median) ? 0 : spread == 0 ? double.PositiveInfinity : Math.Abs(now - median) / spread;
    }

    private static (bool Holds, string Said) Unusual(ConditionPlan condition, double now, IReadOnlyList<double> history)
    {
        if (history.Count < FewestPeriods)
        {
            return (false, $"{condition.Measure} has {history.Count} periods of history; nothing is called unusual before {FewestPeriods}");
        }

        var deviations = Deviations(now, history);
        return (deviations > condition.Value, Say(condition, now, $"more than {Number(condition.Value)} deviations from its median {Number(Median(history))} (it is {Number(deviations)} away)"));
    }

    /// <summary>Values of the periods that are over, oldest first; the one value when it has no periods.</summary>
    private List<double> History(ConditionPlan condition)
    {
        IReadOnlyList<CubeFilter> filters = questions.Filters(condition.Filters, [condition.Measure]);
        var answer = questions.Ask(new CubeQuery
        {
            Measures = [condition.Measure],
            Dimensions = condition.Over is { } over ? [over] : [],
            Filters = condition.Over is { } set ? [.. filters, new MemberFilter(set, FilterOperator.Set, [])] : filters,
            Order = condition.Over is { } by ? [new CubeOrder(by, Descending: false)] : null,
        });
        var rows = answer.Rows.Where(r => r.TotalLevel == 0 && (condition.Over is null || Questions.Day(r.Values[0]) is not { } day || questions.IsComplete(day, answer.Columns[0].Format)));
        return [.. rows.Select(r => AnswerTable.Number(r.Values[^1])).OfType<double>()];
    }

    private static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }

    private static string Say(ConditionPlan condition, double now, string rule) => $"{condition.Measure} is {Number(now)}; the condition is {rule}";

    private static string Number(double? value) => value is { } number ? number.ToString("0.####", CultureInfo.InvariantCulture) : "nothing";

    private static string Percent(double share) => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + "%";
}
