using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>Whether contract rows tell deletes: those of a stream that can tell them have the BOOLEAN column <c>_deleted</c>.</summary>
internal static class DeletedRows
{
    /// <summary>The column.</summary>
    public const string Column = "_deleted";

    /// <summary>True when the relation has the column.</summary>
    public static bool In(ISession session, string relation) =>
        session.Describe($"FROM {relation}").Any(c => c.Name == Column);
}
