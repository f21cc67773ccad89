using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Reads the texts of a filter as values of the member's type.</summary>
internal sealed class FilterValues(PlannedMember subject, string where, QueryCalendar calendar)
{
    private const NumberStyles Number = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>The value for a member that is not a date. Throws <see cref="CrmException"/> when the text is none.</summary>
    public object Typed(string text) => subject.Type.Kind switch
    {
        TypeKind.Text => text,
        TypeKind.Boolean => Truth(text) ?? throw Wrong(text, "true or false"),
        TypeKind.Double => double.TryParse(text, Number, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number : throw Wrong(text, "a number such as 12.5"),
        _ => Exact(text),
    };

    /// <summary>
    /// A comparison with a value that the member's type can hold, true for the same rows: the engine would round 2.5 beside whole numbers, and cannot hold what
    /// lies outside its range.
    /// </summary>
    public (Comparison Comparison, object Value) Fitting(Comparison comparison, string text)
    {
        var value = Typed(text);
        if (value is not decimal exact)
            return (comparison, value);
        var isUpward = comparison is Comparison.Greater or Comparison.GreaterOrEqual;
        if (exact > Most)
            return (isUpward ? Comparison.Greater : Comparison.LessOrEqual, Held(Most));
        if (exact < Least)
            return (isUpward ? Comparison.GreaterOrEqual : Comparison.Less, Held(Least));
        var below = Floor(exact);
        return below == exact ? (comparison, Held(exact)) : (isUpward ? Comparison.Greater : Comparison.LessOrEqual, Held(below));
    }

    /// <summary>The values of texts that the member's type can hold; no member equals any other.</summary>
    public IReadOnlyList<object> Fitting(IEnumerable<string> texts)
        => [.. texts.Select(Typed).Where(v => v is not decimal exact || (exact >= Least && exact <= Most && Floor(exact) == exact)).Select(v => v is decimal exact ? Held(exact) : v)];

    /// <summary>The period a text means to the member: whole months for a member of months. Throws <see cref="CrmException"/> when the text is none.</summary>
    public DatePeriod Period(string text)
    {
        try
        {
            if ((DatePeriod.Parse(text) ?? RelativePeriod.Parse(text, calendar)) is { } period)
                return period.CoveredBy(subject.Format ?? (subject.Type.Kind == TypeKind.Date ? "day" : null));
        }
        catch (ArgumentOutOfRangeException)
        {
            // The last periods of the calendar have no end that could be written: as wrong as any other text.
        }

        throw Wrong(text, DatePeriod.Expected);
    }

    /// <summary>A moment as the member's type holds it.</summary>
    public object Moment(DateTime moment) => subject.Type.Kind == TypeKind.Date ? DateOnly.FromDateTime(moment) : moment;

    private int Scale => subject.Type.Kind == TypeKind.Decimal ? subject.Type.Scale : 0;

    /// <summary>The largest value of the type, as far as a number here can be as large.</summary>
    private decimal Most => subject.Type.Kind == TypeKind.Integer ? long.MaxValue
        : subject.Type.Precision > 28 ? decimal.MaxValue : Power(subject.Type.Precision - Scale) - (1 / Power(Scale));

    private decimal Least => subject.Type.Kind == TypeKind.Integer ? long.MinValue : -Most;

    /// <summary>The largest value of the type that is not above a number within its range.</summary>
    private decimal Floor(decimal number) => number.Scale <= Scale ? number : decimal.Floor(number * Power(Scale)) / Power(Scale);

    private object Held(decimal number) => subject.Type.Kind == TypeKind.Integer ? (object)(long)number : number;

    private static decimal Power(int exponent) => Enumerable.Repeat(10m, exponent).Aggregate(1m, (product, ten) => product * ten);

    private object Exact(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return subject.Type.Kind == TypeKind.Integer ? (object)whole : (decimal)whole;
        return decimal.TryParse(text, Number, CultureInfo.InvariantCulture, out var exact)
            ? exact
            : throw Wrong(text, subject.Type.Kind == TypeKind.Integer ? "a whole number such as 2011" : "a number such as 12.5");
    }

    private static bool? Truth(string text) => text.ToLowerInvariant() switch
    {
        "true" or "yes" or "1" => true,
        "false" or "no" or "0" => false,
        _ => null,
    };

    private CrmException Wrong(string text, string expected) => QueryErrors.Wrong(
        where, $"'{(text.Length > 80 ? text[..80] + "…" : text)}' is not a value of type {subject.Type}", expected, "Correct the value");
}
