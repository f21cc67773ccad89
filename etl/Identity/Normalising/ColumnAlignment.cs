using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity.Normalising;

/// <summary>
/// Brings the columns of several files together that mean the same but are called differently: those of one kind, of which no file fills two. Where one file
/// has whole names and another their parts, all are compared by the whole.
/// </summary>
public static class ColumnAlignment
{
    private static readonly MatchKind[] Alignable =
    [
        MatchKind.GivenName, MatchKind.Surname, MatchKind.FullName, MatchKind.Date, MatchKind.Email, MatchKind.Phone, MatchKind.Address, MatchKind.HouseNumber, MatchKind.Place,
        MatchKind.PostalCode,
    ];

    private static readonly SqlFile Sql = SqlFile.Beside(typeof(ColumnAlignment));

    /// <summary>Aligns; answers the columns to compare by, and changes <c>identity_input</c> so that it has them.</summary>
    /// <param name="session">The session with that table.</param>
    /// <param name="columns">The columns as they were recognised.</param>
    /// <param name="said">Told what was taken for one.</param>
    public static IReadOnlyList<MatchColumn> Align(ISession session, IReadOnlyList<MatchColumn> columns, Action<string> said)
    {
        var filled = columns.ToDictionary(
            c => c.Name, c => session.Query<int>(Sql.Fill("sources", ("column", SqlName.Quote(c.Name)))).ToHashSet(), StringComparer.Ordinal);
        var all = filled.Values.SelectMany(s => s).ToHashSet();
        var kept = columns.ToList();
        if (all.Count > 1)
        {
            WholeNames(session, kept, filled, all, said);
            foreach (var column in columns.Where(c => Alignable.Contains(c.Kind) && kept.Contains(c)))
            {
                while (kept.Find(o => o != column && o.Kind == column.Kind && !filled[o.Name].Overlaps(filled[column.Name])) is { } other && kept.Contains(column))
                {
                    Coalesce(session, column.Name, SqlName.Quote(other.Name));
                    filled[column.Name].UnionWith(filled[other.Name]);
                    kept.Remove(other);
                    said($"columns: {column.Name} and {other.Name} are one");
                }
            }
        }

        return ColumnRecognition.WithPartners([.. kept.Select(c => c with { Partner = null })]);
    }

    private static void WholeNames(ISession session, List<MatchColumn> kept, Dictionary<string, HashSet<int>> filled, HashSet<int> all, Action<string> said)
    {
        var whole = kept.Find(c => c.Kind == MatchKind.FullName);
        var (given, family) = (kept.FindAll(c => c.Kind == MatchKind.GivenName), kept.FindAll(c => c.Kind == MatchKind.Surname));
        if (whole is null || given.Count == 0 || family.Count == 0 || all.IsSubsetOf(given.Concat(family).SelectMany(c => filled[c.Name])))
        {
            return;
        }

        var parts = given.Concat(family).Select(c => SqlName.Quote(c.Name));
        Coalesce(session, whole.Name, Sql.Fill("name_of_parts", ("parts", SqlName.List(parts))).Trim());
        filled[whole.Name].UnionWith(given.Concat(family).SelectMany(c => filled[c.Name]));
        kept.RemoveAll(c => given.Contains(c) || family.Contains(c));
        said(string.Create(CultureInfo.InvariantCulture, $"columns: {whole.Name} is taken together from {string.Join(", ", given.Concat(family).Select(c => c.Name))}, where a file has names in parts"));
    }

    private static void Coalesce(ISession session, string column, string other) =>
        session.Execute(Sql.Fill("coalesce", ("column", SqlName.Quote(column)), ("other", other)));
}
