using System.Globalization;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Generate;

/// <summary>What to generate. Equal options give equal files, byte for byte.</summary>
public sealed record GenerateOptions
{
    /// <summary>Customer numbers, those of duplicates included; from 1.</summary>
    public int Customers { get; init; } = 1_000;

    /// <summary>Orders, of some three lines each; from 1.</summary>
    public int Orders { get; init; } = 10_000;

    /// <summary>Days, one file each; from 1.</summary>
    public int Days { get; init; } = 365;

    /// <summary>Products; from 1 to 99,999.</summary>
    public int Products { get; init; } = 500;

    /// <summary>What all chance is drawn from.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The first day.</summary>
    public DateOnly Start { get; init; } = new(2024, 1, 1);

    /// <summary>How often things happen.</summary>
    public GenerateRates Rates { get; init; } = new();

    /// <summary>Throws when a number is out of its range.</summary>
    internal void Check()
    {
        Require(Customers >= 1, "--customers", Customers, "from 1");
        Require(Orders >= 1, "--orders", Orders, "from 1");
        Require(Days is >= 1 and <= 3_660, "--days", Days, "from 1 to 3660");
        Require(Products is >= 1 and <= 99_999, "--products", Products, "from 1 to 99999");
    }

    private static void Require(bool right, string option, int value, string range)
    {
        if (!right)
            throw new CrmException(FailureKind.WrongUse, value.ToString(CultureInfo.InvariantCulture), option, $"a whole number {range}", "Correct the option");
    }
}

/// <summary>How often things happen, as shares from 0 to 1.</summary>
public sealed record GenerateRates
{
    /// <summary>Customers who move once.</summary>
    public double Moves { get; init; } = 0.08;

    /// <summary>Customers whose family name changes once.</summary>
    public double Renames { get; init; } = 0.02;

    /// <summary>Customer numbers that are a further number of a person who has one.</summary>
    public double Duplicates { get; init; } = 0.03;

    /// <summary>Order lines that come back within thirty days.</summary>
    public double Returns { get; init; } = 0.05;

    /// <summary>Orders without a customer.</summary>
    public double Anonymous { get; init; } = 0.02;

    /// <summary>Order lines with too few or too many fields.</summary>
    public double Ragged { get; init; } = 0.0005;

    /// <summary>Order lines dated on a 30th of February.</summary>
    public double BadDates { get; init; } = 0.0005;

    /// <summary>Order lines of a product that no product file has.</summary>
    public double UnknownProducts { get; init; } = 0.001;
}

/// <summary>What was generated; the files in <c>truth/</c> say it in detail.</summary>
/// <param name="Customers">Customer numbers.</param>
/// <param name="Persons">The persons behind them.</param>
/// <param name="Products">Products.</param>
/// <param name="Orders">Orders.</param>
/// <param name="Lines">Lines in the order files: sold, returned and broken ones.</param>
/// <param name="ReturnedLines">Returned lines among them.</param>
/// <param name="BrokenLines">Ragged lines and lines with a bad date among them; they count as no sale.</param>
/// <param name="UnknownProducts">Lines of a product that no product file has, among them; they count as sales.</param>
/// <param name="Revenue">Value of all lines but the broken ones, returns taken off.</param>
public sealed record GenerateSummary(
    long Customers, long Persons, long Products, long Orders, long Lines, long ReturnedLines, long BrokenLines, long UnknownProducts, decimal Revenue);
