using Crm.Analytics.Reports.Definitions;

namespace Crm.Analytics.Reports.Pages;

/// <summary>A report in a list.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">Its title.</param>
/// <param name="Summary">What it answers; null when it does not say.</param>
/// <param name="IsOwn">True for a report of the project, false for a standard one.</param>
/// <param name="Missing">Contracts without which nothing of it can be shown.</param>
public sealed record ReportCard(string Name, string Title, string? Summary, bool IsOwn, IReadOnlyList<string> Missing)
{
    /// <summary>Title of the parameter that has to be chosen first; null for none.</summary>
    public string? Asks { get; init; }

    /// <summary>What is wrong with it; null when nothing.</summary>
    public string? Broken { get; init; }
}

/// <summary>A parameter of a report as a field.</summary>
/// <param name="Plan">The parameter.</param>
/// <param name="Choices">What may be chosen; empty when anything of its type.</param>
/// <param name="Chosen">What is chosen.</param>
public sealed record ParameterField(ParameterPlan Plan, IReadOnlyList<string> Choices, IReadOnlyList<string> Chosen);

/// <summary>A step of a breadcrumb.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Address">Where it leads; null for where one stands.</param>
public sealed record Crumb(string Text, string? Address);

/// <summary>What a search found.</summary>
/// <param name="Title">What it is called.</param>
/// <param name="Address">Where it leads.</param>
/// <param name="Detail">More about it; null for nothing.</param>
public sealed record Hit(string Title, string Address, string? Detail);

/// <summary>A row of a fact with its source.</summary>
/// <param name="Cells">Its values in words.</param>
public sealed record FactLine(IReadOnlyList<string> Cells);

/// <summary>The rows behind a figure.</summary>
/// <param name="Columns">Headings, and whether their values are numbers.</param>
/// <param name="Lines">The rows that are shown.</param>
/// <param name="Left">Rows that are not.</param>
public sealed record FactLines(IReadOnlyList<(string Title, bool IsNumber)> Columns, IReadOnlyList<FactLine> Lines, long Left);
