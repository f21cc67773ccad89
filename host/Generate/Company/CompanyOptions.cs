using System.Globalization;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Generate.Company;

/// <summary>What company to generate. Equal options give equal files, byte for byte.</summary>
public sealed record CompanyOptions
{
    /// <summary>Persons who become customers in these years; from 10.</summary>
    public int Customers { get; init; } = 2_000;

    /// <summary>Whole years; from 1 to 10.</summary>
    public int Years { get; init; } = 3;

    /// <summary>Products; from 12 to 99,999.</summary>
    public int Products { get; init; } = 120;

    /// <summary>What all chance is drawn from.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The first day.</summary>
    public DateOnly Start { get; init; } = new(2022, 1, 1);

    /// <summary>How often things are broken; of the customers' rates only the dirt is used.</summary>
    public GenerateRates Rates { get; init; } = new() { Ragged = 0.002, BadDates = 0.001 };

    /// <summary>Answers to surveys that are beyond the scale, as a share.</summary>
    public double BadScores { get; init; } = 0.01;

    /// <summary>Persons that are drawn and written at once, so that memory does not grow with their number; each part has files of its own.</summary>
    public int Part { get; init; } = 100_000;

    /// <summary>Days of data.</summary>
    internal int Days => Start.AddYears(Years).DayNumber - Start.DayNumber;

    /// <summary>Throws when a number is out of its range.</summary>
    internal void Check()
    {
        Require(Customers >= 10, "--customers", Customers, "from 10");
        Require(Years is >= 1 and <= 10, "--years", Years, "from 1 to 10");
        Require(Products is >= 12 and <= 99_999, "--products", Products, "from 12 to 99999");
    }

    private static void Require(bool right, string option, int value, string range)
    {
        if (!right)
            throw new CrmException(FailureKind.WrongUse, value.ToString(CultureInfo.InvariantCulture), option, $"a whole number {range}", "Correct the option");
    }
}

/// <summary>What was generated; the files in <c>truth/</c> say it in detail.</summary>
/// <param name="Persons">Persons.</param>
/// <param name="Records">Records of them in all systems.</param>
/// <param name="Orders">Orders.</param>
/// <param name="Lines">Order lines: sold, returned and broken ones.</param>
/// <param name="ReturnedLines">Returned lines among them.</param>
/// <param name="BrokenLines">Ragged lines and lines with a bad date among them; they count as no sale.</param>
/// <param name="UnknownProducts">Lines of a product that no list has, among them; they count as sales.</param>
/// <param name="Contacts">Contacts by campaigns, control groups included.</param>
/// <param name="Cases">Support cases.</param>
/// <param name="Opportunities">Opportunities.</param>
public sealed record CompanySummary(
    long Persons, long Records, long Orders, long Lines, long ReturnedLines, long BrokenLines, long UnknownProducts, long Contacts, long Cases, long Opportunities);
