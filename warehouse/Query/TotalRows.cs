namespace Crm.Analytics.Warehouse.Query;

/// <summary>Puts rows and totals in the order of an answer. Rows come sorted by total level, and within a level as asked.</summary>
internal static class TotalRows
{
    /// <summary>Drops the row beyond the limit; answers whether there was one.</summary>
    public static bool CutTo(List<ResultRow> rows, int limit)
    {
        if (rows.Count <= limit || rows[limit].TotalLevel != 0)
            return false;
        rows.RemoveAt(limit);
        return true;
    }

    /// <summary>
    /// Each total after the rows it sums up, the grand total last. Groups stand in the order of their totals, so that sorting by a measure sorts the
    /// groups by it too. A total whose rows the limit left out stands alone; rows without a total (a balance has none where its day has no row) stand
    /// together after the others.
    /// </summary>
    public static List<ResultRow> Nested(IReadOnlyList<ResultRow> rows, int dimensions)
    {
        var totals = rows.Where(r => r.TotalLevel > 0).Select(r => new Prefix(r.Values, dimensions - r.TotalLevel)).ToHashSet();
        var levels = rows.ToLookup(r => r.TotalLevel);
        var unsaid = new HashSet<ResultRow>(ReferenceEqualityComparer.Instance);
        var children = new Dictionary<Prefix, List<ResultRow>>();
        List<ResultRow> missing = [];
        for (var level = 0; level < dimensions; level++)
        {
            List<ResultRow> above = [];
            foreach (var row in levels[level].Concat(missing))
            {
                var parent = new Prefix(row.Values, dimensions - level - 1);
                if (!children.TryGetValue(parent, out var list))
                    children.Add(parent, list = []);
                list.Add(row);
                if (totals.Add(parent))
                {
                    above.Add(new ResultRow(row.Values, level + 1));
                    unsaid.Add(above[^1]);
                }
            }

            missing = above;
        }

        var nested = new List<ResultRow>(rows.Count);
        foreach (var grand in levels[dimensions].Concat(missing))
            Add(grand, nested, children, dimensions);
        nested.RemoveAll(unsaid.Contains);
        return nested;
    }

    private static void Add(ResultRow total, List<ResultRow> nested, Dictionary<Prefix, List<ResultRow>> children, int dimensions)
    {
        if (total.TotalLevel > 0 && children.TryGetValue(new Prefix(total.Values, dimensions - total.TotalLevel), out var rows))
        {
            foreach (var row in rows)
                Add(row, nested, children, dimensions);
        }

        nested.Add(total);
    }

    /// <summary>The first values of a row, which name the group it belongs to.</summary>
    private readonly struct Prefix(IReadOnlyList<object?> values, int length) : IEquatable<Prefix>
    {
        private readonly IReadOnlyList<object?> _values = values;
        private readonly int _length = length;

        public bool Equals(Prefix other)
        {
            if (_length != other._length)
                return false;
            for (var i = 0; i < _length; i++)
            {
                if (!Equals(_values[i], other._values[i]))
                    return false;
            }

            return true;
        }

        public override bool Equals(object? obj) => obj is Prefix other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            for (var i = 0; i < _length; i++)
                hash.Add(_values[i]);
            return hash.ToHashCode();
        }
    }
}
