namespace Crm.Analytics.Models.Clv;

/// <summary>The unit that times and rates of a model are in. Ages are counted in whole days and divided, so that no rounding comes in.</summary>
/// <param name="Name">day, week, month or year.</param>
/// <param name="Days">Its length in days; a month is a twelfth of a year of 365.25.</param>
public sealed record TimeUnit(string Name, double Days)
{
    /// <summary>The units there are.</summary>
    public static IReadOnlyList<TimeUnit> All { get; } = [new("day", 1), new("week", 7), new("month", 365.25 / 12), new("year", 365.25)];

    /// <summary>The unit of that name.</summary>
    public static TimeUnit Named(string name) => All.First(u => u.Name == name);

    /// <summary>The continuous discount rate per unit of a discount rate a year.</summary>
    /// <param name="yearly">0.1 for 10 % a year.</param>
    public double Discount(double yearly) => Math.Log(1 + yearly) / PerYear;

    /// <summary>Units in a year; 52 weeks, as the literature counts.</summary>
    public double PerYear => Name == "week" ? 52 : 365.25 / Days;
}
