namespace Crm.Analytics.Etl.Identity.Clustering;

/// <summary>Connected components over numbered records: union by size, with paths halved.</summary>
internal sealed class Components
{
    private readonly int[] parent;
    private readonly int[] size;

    /// <summary>Components of the records 1 … <paramref name="records"/>, each alone.</summary>
    public Components(int records)
    {
        parent = [.. Enumerable.Range(0, records + 1)];
        size = [.. Enumerable.Repeat(1, records + 1)];
    }

    /// <summary>The representative of a record's component.</summary>
    public int Find(int record)
    {
        while (parent[record] != record)
        {
            record = parent[record] = parent[parent[record]];
        }

        return record;
    }

    /// <summary>Records in a record's component.</summary>
    public int Size(int record) => size[Find(record)];

    /// <summary>Joins two components; answers the representative.</summary>
    public int Join(int one, int other)
    {
        (one, other) = (Find(one), Find(other));
        if (one == other)
        {
            return one;
        }

        if (size[one] < size[other] || (size[one] == size[other] && one > other))
        {
            (one, other) = (other, one);
        }

        parent[other] = one;
        size[one] += size[other];
        return one;
    }
}
