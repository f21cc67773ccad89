using System.Collections.Concurrent;
using System.Globalization;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>
/// Answers under pseudonyms. A filter by a value that tells who somebody is is refused, since the answer would tell whose pseudonym it shows; one by a pseudonym that this reader gave is
/// answered, so that reports can ask on about what they were told. Rows are not ordered by what is hidden. Safe for use from several threads.
/// </summary>
/// <param name="inner">Answers as they are.</param>
/// <param name="pseudonyms">What stands for what.</param>
public sealed class PseudonymReader(ICubeReader inner, Pseudonyms pseudonyms) : ICubeReader
{
    private readonly ConcurrentDictionary<string, string> _given = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public CubeResult Read(CubeQuery query, CancellationToken cancellation = default)
    {
        var result = inner.Read(pseudonyms.Asked(query, _given.GetValueOrDefault), cancellation);
        var parts = result.Columns.Select(c => pseudonyms.PartOf(c.Member)).ToList();
        if (parts.TrueForAll(p => p == PersonalPart.None))
        {
            return result with { Query = query };
        }

        return result with
        {
            Query = query,
            Columns = [.. result.Columns.Select((c, i) => Pseudonyms.Column(parts[i], c))],
            Rows = InOrder([.. result.Rows.Select(r => new ResultRow([.. r.Values.Select((v, i) => Shown(parts[i], v))], r.TotalLevel))], parts),
        };
    }

    private object? Shown(PersonalPart part, object? value)
    {
        var shown = pseudonyms.Value(part, value);
        if (part == PersonalPart.Pseudonym && shown is string pseudonym)
        {
            _given[pseudonym] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        }

        return shown;
    }

    /// <summary>Rows that nothing else tells apart stand in the order of their pseudonyms, so that the same answer is the same file.</summary>
    private static List<ResultRow> InOrder(List<ResultRow> rows, List<PersonalPart> parts)
    {
        for (var first = 0; first < rows.Count;)
        {
            var last = first + 1;
            while (last < rows.Count && rows[first].TotalLevel == 0 && rows[last].TotalLevel == 0 && parts.Index().All(p => p.Item != PersonalPart.None || Equals(rows[first].Values[p.Index], rows[last].Values[p.Index])))
            {
                last++;
            }

            rows.Sort(first, last - first, Comparer<ResultRow>.Create(Compare));
            first = last;
        }

        return rows;
    }

    private static int Compare(ResultRow one, ResultRow other)
        => one.Values.Zip(other.Values).Select(v => string.CompareOrdinal(v.First as string, v.Second as string)).FirstOrDefault(c => c != 0);
}
