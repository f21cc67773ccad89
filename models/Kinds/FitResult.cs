namespace Crm.Analytics.Models.Kinds;

/// <summary>What a fit tells; printed as text or JSON.</summary>
/// <param name="Kind">The kind that was fitted.</param>
/// <param name="Title">What it is, for people.</param>
public sealed record FitResult(string Kind, string Title)
{
    /// <summary>How the data was read and counted, by name: unit of time, what counts as a purchase, formats.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Conventions { get; init; } = [];

    /// <summary>The estimates.</summary>
    public IReadOnlyList<FittedParameter> Parameters { get; init; } = [];

    /// <summary>How well the data is explained; null for kinds without a likelihood.</summary>
    public LikelihoodFit? Likelihood { get; init; }

    /// <summary>What was counted: customers, purchases, rows left out.</summary>
    public IReadOnlyList<Figure> Counts { get; init; } = [];

    /// <summary>Errors on data that the fit did not see; empty when there is none.</summary>
    public IReadOnlyList<Figure> Holdout { get; init; } = [];

    /// <summary>Other figures that follow from the fit.</summary>
    public IReadOnlyList<Figure> Figures { get; init; } = [];

    /// <summary>Tables of results.</summary>
    public IReadOnlyList<FitTable> Tables { get; init; } = [];

    /// <summary>Where the model's assumptions do not hold, in plain words.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>An estimate.</summary>
/// <param name="Name">Its name, as the literature has it.</param>
/// <param name="Value">The estimate.</param>
/// <param name="StandardError">Its standard error; null when it cannot be told.</param>
/// <param name="Meaning">What it means.</param>
public sealed record FittedParameter(string Name, double Value, double? StandardError = null, string? Meaning = null)
{
    /// <summary>Lower end of the 95 % interval; null when it cannot be told.</summary>
    public double? Low { get; init; }

    /// <summary>Upper end of the 95 % interval; null when it cannot be told.</summary>
    public double? High { get; init; }
}

/// <summary>A likelihood and what compares models of the same data.</summary>
/// <param name="LogLikelihood">The maximised log-likelihood.</param>
/// <param name="Parameters">How many parameters were estimated.</param>
/// <param name="Observations">How many independent observations (customers) stand behind it.</param>
public sealed record LikelihoodFit(double LogLikelihood, int Parameters, long Observations)
{
    /// <summary>Akaike's criterion: smaller is better.</summary>
    public double Aic => (2 * Parameters) - (2 * LogLikelihood);

    /// <summary>Schwarz's criterion: smaller is better.</summary>
    public double Bic => (Parameters * Math.Log(Observations)) - (2 * LogLikelihood);
}

/// <summary>A named number.</summary>
/// <param name="Name">Its name in snake_case, the key in JSON.</param>
/// <param name="Value">The number; null when it does not exist for this data.</param>
/// <param name="Meaning">What it is, with its unit.</param>
public sealed record Figure(string Name, double? Value, string Meaning);

/// <summary>A table of results.</summary>
/// <param name="Name">Its name in snake_case, the key in JSON.</param>
/// <param name="Title">What it shows, for people.</param>
/// <param name="Columns">Names of its columns in snake_case.</param>
/// <param name="Rows">Its rows: texts, numbers (int, long, double, decimal), booleans, days or null, in the columns' order.</param>
public sealed record FitTable(string Name, string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows)
{
    /// <summary>Rows that text output shows at most; JSON has them all.</summary>
    public int Shown { get; init; } = 20;
}
