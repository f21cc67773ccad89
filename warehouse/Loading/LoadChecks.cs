using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>
/// Checks what a run loaded against what the model takes for granted, and tells what is odd without failing: a child with two parents at one time,
/// a circle in a tree, shares of a bridge that do not make a whole. A tree's table of who stands above whom is made here too.
/// </summary>
/// <param name="session">The warehouse, inside the run's transaction.</param>
/// <param name="findings">Where findings go.</param>
/// <param name="run">The run that writes.</param>
public sealed class LoadChecks(ISession session, Findings findings, int run)
{
    private static readonly SqlFile Sql = SqlFile.Beside<LoadChecks>();

    /// <summary>Checks the hierarchies of a dimension that this run changed; answers rows of trees that changed.</summary>
    public long Check(Dimension dimension)
    {
        var rows = 0L;
        foreach (var hierarchy in dimension.Hierarchies)
        {
            if (hierarchy.Parent is not null)
            {
                rows += MakeTree(dimension, hierarchy);
                continue;
            }

            foreach (var (parent, child) in hierarchy.Levels.Zip(hierarchy.Levels.Skip(1)))
            {
                CheckLevel(dimension, hierarchy, Column(dimension, parent), Column(dimension, child));
            }
        }

        return rows;
    }

    /// <summary>Checks the shares of a bridge that this run changed.</summary>
    public void Check(Fact bridge)
    {
        var of = SqlName.List(bridge.Weight!.Of.Select(SqlName.Quote));
        Tell(
            "weight", bridge.Name, Sql.Fill(
                "weights", ("table", bridge.Table), ("history", bridge.HistoryTable), ("of", of), ("weight", SqlName.Quote(bridge.Weight.Column)), ("run", Run)),
            (n, example) => $"{bridge.Table}: the shares of {n} {string.Join(", ", bridge.Weight.Of)} do not sum to 1, e.g. {example}");
    }

    private string Run => run.ToString(CultureInfo.InvariantCulture);

    private static DimensionAttribute Column(Dimension dimension, string attribute) => dimension.Attributes.First(a => a.Name == attribute);

    private void CheckLevel(Dimension dimension, Hierarchy hierarchy, DimensionAttribute parent, DimensionAttribute child)
    {
        if (dimension.Keys is [var key] && child.Column == key)
        {
            // A member has one value at a time: nothing to ask.
            return;
        }

        Tell(
            "hierarchy", $"{dimension.Name}.{hierarchy.Name}", Sql.Fill(
                "parents", ("table", dimension.Table), ("key", SqlName.Quote(dimension.KeyColumn)), ("parent", SqlName.Quote(parent.Column)),
                ("child", SqlName.Quote(child.Column)), ("from", dimension.IsVersioned ? "valid_from" : "TIMESTAMP '0001-01-01'"),
                ("to", dimension.IsVersioned ? "valid_to" : "TIMESTAMP '9999-12-31'"), ("run", Run)),
            (n, example) => $"{dimension.Name}: {n} {child.Name} with more than one {parent.Name} at a time, e.g. {example}; totals by {child.Name} then mix them");
    }

    private long MakeTree(Dimension dimension, Hierarchy tree)
    {
        var table = StarTable.Of(dimension, tree);
        (string, string)[] values =
        [
            ("table", dimension.Table), ("key", SqlName.Quote(dimension.KeyColumn)), ("id", SqlName.Quote(dimension.Keys[0])),
            ("parent", SqlName.Quote(Column(dimension, tree.Parent!).Column)), ("current", dimension.IsVersioned ? " AND m.is_current AND p.is_current" : ""),
        ];
        session.Execute(Sql.Fill("above", values));
        Tell(
            "circle", $"{dimension.Name}.{tree.Name}", Sql.Fill("circles", values),
            (n, example) => $"{dimension.Name}.{tree.Name}: {n} members stand above themselves, e.g. {example}; the circle is cut there");
        session.Execute(Sql.Fill("tree", values));
        var counts = TableMerge.Apply(session, new(table, "load_tree", ["ancestor_key", dimension.KeyColumn], "true", []), run);
        return counts.Inserted + counts.Changed + counts.Removed;
    }

    private void Tell(string kind, string subject, string query, Func<long, string, string> text)
    {
        var odd = session.Query<Odd>(query)[0];
        if (odd.Found > 0)
        {
            findings.Add(kind, subject, odd.Found, text(odd.Found, odd.Example ?? ""));
        }
    }

    private sealed record Odd(long Found, string? Example);
}
