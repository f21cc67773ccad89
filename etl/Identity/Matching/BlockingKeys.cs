using System.Globalization;
using Crm.Analytics.Etl.Identity.Normalising;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity.Matching;

/// <summary>Something of a record that a blocking rule can ask to be equal.</summary>
/// <param name="Name">As people read it.</param>
/// <param name="Expression">SQL over the record's normal forms.</param>
/// <param name="Columns">The columns it is made of.</param>
/// <param name="KeptByErrors">Share of values with an error that keep the key all the same.</param>
/// <param name="AnyOrder">Whether values swapped between its columns keep it.</param>
internal sealed record BlockingKey(string Name, string Expression, IReadOnlyList<int> Columns, double KeptByErrors, bool AnyOrder = false);

/// <summary>The keys that columns offer to blocking.</summary>
internal static class BlockingKeys
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(BlockingKeys));

    public static IReadOnlyList<BlockingKey> Of(IReadOnlyList<MatchColumn> columns)
    {
        var keys = new List<BlockingKey>();
        for (var index = 0; index < columns.Count; index++)
        {
            var column = columns[index];
            var i = Number(index);
            foreach (var (sql, kept, name) in KindLines.Of(Sql.Fill(KindLines.PartOf(column.Kind), ("i", i))))
            {
                keys.Add(new(name is "equal" or "same words" ? column.Name : $"{column.Name} ({name})", Sql.Fill("filled", ("i", sql)), [index], kept));
            }

            // Two names in either order: what swapped columns have in common.
            if (column.Kind == MatchKind.GivenName && column.Partner is { } other)
            {
                keys.Add(Either(columns, index, other, "v", 0));
                keys.Add(Either(columns, index, other, "p", 0.5));
            }
        }

        return keys;
    }

    private static BlockingKey Either(IReadOnlyList<MatchColumn> columns, int i, int j, string form, double kept) => new(
        $"{columns[i].Name} and {columns[j].Name} in either order{(form == "p" ? " (sound alike)" : "")}",
        $"CASE WHEN v{Number(i)} IS NOT NULL AND v{Number(j)} IS NOT NULL THEN {Sql.Fill("either_order", ("f", form), ("i", Number(i)), ("j", Number(j))).Trim()} END",
        [i, j], kept, AnyOrder: true);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
