using System.Globalization;
using System.Text.RegularExpressions;
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
internal static partial class BlockingKeys
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(BlockingKeys));

    public static IReadOnlyList<BlockingKey> Of(IReadOnlyList<MatchColumn> columns)
    {
        var keys = new List<BlockingKey>();
        for (var index = 0; index < columns.Count; index++)
        {
            var column = columns[index];
            var i = Number(index);
            foreach (Match line in Line().Matches(Sql.Fill(PartOf(column.Kind), ("i", i))))
            {
                var name = line.Groups[3].Value.Trim();
                keys.Add(new(
                    name is "equal" or "same words" ? column.Name : $"{column.Name} ({name})", Sql.Fill("filled", ("i", line.Groups[1].Value.Trim())),
                    [index], double.Parse(line.Groups[2].Value, CultureInfo.InvariantCulture)));
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

    private static string PartOf(MatchKind kind) => kind switch
    {
        MatchKind.GivenName or MatchKind.Surname => "name",
        MatchKind.FullName => "full_name",
        MatchKind.Address or MatchKind.Text => "text",
        MatchKind.Place => "place",
        MatchKind.Date => "date",
        MatchKind.Email => "email",
        MatchKind.Phone => "phone",
        MatchKind.PostalCode or MatchKind.Identifier or MatchKind.HouseNumber => "code",
        _ => "category",
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(.+) -- (0\.\d+) (.+)$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
