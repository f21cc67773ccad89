using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Content;

/// <summary>For whom and for what a report is filled.</summary>
public sealed record FillOptions
{
    /// <summary>Nothing beyond the report itself.</summary>
    public static FillOptions Default { get; } = new();

    /// <summary>Values of the report's parameters, by name; those not named have their default.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Parameters { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>True for files of figures: all rows, whatever a block's limit leaves out on the page.</summary>
    public bool Complete { get; init; }

    /// <summary>What is declared, to say which contract an empty block stands on; null: not said.</summary>
    public Catalogue? Catalogue { get; init; }

    /// <summary>Contracts that the project's sources fill, and their columns as <c>contract.column</c> (<c>contract.*</c>: any); null: not known.</summary>
    public IReadOnlySet<string>? Filled { get; init; }

    /// <summary>Rows that the reader may see: all must hold for every question. Empty: all rows.</summary>
    public IReadOnlyList<CubeFilter> RowFilters { get; init; } = [];

    /// <summary>
    /// What was chosen among the figures of a page: each narrows the blocks whose questions reach its member and do not group by it. Empty: nothing.
    /// </summary>
    public IReadOnlyList<MemberFilter> Chosen { get; init; } = [];

    /// <summary>Read the warehouse as this run left it; null: as it is.</summary>
    public int? AsOfRun { get; init; }

    /// <summary>A sentence that stands over everything, e.g. that today's load has not come; null for none.</summary>
    public string? Notice { get; init; }
}
