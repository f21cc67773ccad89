using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>A column of a table in the star, as the loader creates it.</summary>
/// <param name="Name">Name in snake_case.</param>
/// <param name="Type">SQL type.</param>
public sealed record StarColumn(string Name, string Type);

/// <summary>A table of the star as the declarations want it. Its last column is <c>run_id</c>, the run that wrote the row.</summary>
/// <param name="Name">Name without schema.</param>
/// <param name="Grain">What one row means.</param>
/// <param name="Columns">Its columns in order.</param>
public sealed record StarTable(string Name, string Grain, IReadOnlyList<StarColumn> Columns)
{
    /// <summary>The durable key of a dimension's member, the version's key, and keys of facts.</summary>
    public const string KeyType = "INTEGER";

    /// <summary>Name with schema.</summary>
    public string FullName => $"star.{Name}";

    /// <summary>Where superseded rows are kept.</summary>
    public string HistoryName => $"star.{Name}_history";

    /// <summary>The columns of the history: <c>run_id</c> becomes <c>run_from</c>, and <c>run_to</c> is the run that superseded the row.</summary>
    public IReadOnlyList<StarColumn> HistoryColumns =>
        [.. Columns.Where(c => c.Name != "run_id"), new("run_from", "INTEGER"), new("run_to", "INTEGER")];

    /// <summary>The table that a dimension declares.</summary>
    public static StarTable Of(Dimension dimension)
    {
        var columns = new List<StarColumn> { new(dimension.KeyColumn, KeyType) };
        if (dimension.IsVersioned)
        {
            columns.Add(new(dimension.VersionKeyColumn, KeyType));
        }

        columns.AddRange(dimension.Attributes.Select(a => new StarColumn(a.Column, a.Type.Sql)));
        if (dimension.IsVersioned)
        {
            columns.AddRange([new("valid_from", "TIMESTAMP"), new("valid_to", "TIMESTAMP"), new("is_current", "BOOLEAN")]);
        }

        if (!dimension.IsDate)
        {
            columns.AddRange([new("is_inferred", "BOOLEAN"), new("is_deleted", "BOOLEAN"), new("source_file", "INTEGER"), new("source_record", "BIGINT")]);
        }

        columns.Add(new("run_id", "INTEGER"));
        return new($"dim_{dimension.Name}", $"one row per {(dimension.IsVersioned ? "version of a member" : "member")}", columns);
    }

    /// <summary>Who stands above whom in a hierarchy of any depth: each member with itself (distance 0) and with all above it.</summary>
    public static StarTable Of(Dimension dimension, Hierarchy tree) => new(
        $"bridge_{dimension.Name}_{tree.Name}", "one member and one member above it, or itself",
        [new("ancestor_key", KeyType), new($"{dimension.Name}_key", KeyType), new("distance", KeyType), new("run_id", KeyType)]);

    /// <summary>The table that a fact declares.</summary>
    public static StarTable Of(Fact fact, IReadOnlyDictionary<string, Dimension> dimensions)
    {
        var columns = new List<StarColumn>();
        foreach (var role in fact.Roles)
        {
            columns.Add(new($"{role.Role}_key", KeyType));
            if (dimensions[role.Dimension].IsVersioned)
            {
                columns.Add(new($"{role.Role}_version_key", KeyType));
            }
        }

        columns.AddRange(fact.Columns.Select(c => new StarColumn(c.Name, c.Type.Sql)));
        if (fact.From is not null)
        {
            columns.AddRange([new("source_file", "INTEGER"), new("source_record", "BIGINT")]);
        }

        columns.Add(new("run_id", "INTEGER"));
        return new(fact.TableName, fact.Grain, columns);
    }
}
