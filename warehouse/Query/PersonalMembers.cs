using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Which members tell who a person is: those that come from columns which a contract says are personal.</summary>
internal static class PersonalMembers
{
    /// <summary>Whether an attribute of a dimension does, in any of its parts.</summary>
    public static bool Is(Catalogue catalogue, Dimension dimension, DimensionAttribute attribute) => IsPersonal(catalogue, dimension.From, attribute.Of);

    /// <summary>Whether a column of a fact does.</summary>
    public static bool Is(Catalogue catalogue, Fact fact, string column) =>
        fact.Columns.FirstOrDefault(c => c.Name == column) is { } own && IsPersonal(catalogue, fact.From, own.Sql.Trim());

    private static bool IsPersonal(Catalogue catalogue, string? contract, string column) =>
        contract is not null && catalogue.Contracts.TryGetValue(contract, out var from) && from.Columns.Any(c => c.Name == column && c.IsPersonal);
}
