using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Databases;

/// <summary>Writes the statements that read a relation, for databases that know LIMIT and compare rows.</summary>
internal static class SelectText
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(SelectText));

    public static string Of(SelectPlan plan, string relation)
    {
        var text = Sql.Fill(
            "select", ("columns", SqlName.List(plan.Columns.Select(c => c.Selected))), ("relation", relation), ("condition", plan.Condition ?? "1 = 1"));
        if (plan.Order.Count > 0)
        {
            text += Sql.Fill("order", ("columns", SqlName.List(plan.Order.Select(c => c.Compared))));
        }

        return plan.Limit is { } limit ? text + Sql.Fill("limit", ("rows", limit.ToString(CultureInfo.InvariantCulture))) : text;
    }

    public static string AtOrBehind(IReadOnlyList<string> columns, IReadOnlyList<string> values) =>
        columns.Count == 1 ? $"{columns[0]} >= {values[0]}" : $"({SqlName.List(columns)}) >= ({SqlName.List(values)})";
}
