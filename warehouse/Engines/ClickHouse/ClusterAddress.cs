using System.Globalization;

namespace Crm.Analytics.Warehouse.Engines.ClickHouse;

/// <summary>A node as it is called from here.</summary>
/// <param name="Address">Scheme, host and port of its HTTP interface.</param>
/// <param name="Shard">Its number, from 0.</param>
public sealed record ClusterNode(Uri Address, int Shard)
{
    /// <summary>Host and port, for people.</summary>
    public override string ToString() => Address.Authority;
}

/// <summary>
/// Where a star is that ClickHouse keeps: <c>clickhouse://HOST:PORT,HOST:PORT/DATABASE?cluster=NAME&amp;secure=true</c>. The hosts are the nodes' HTTP interfaces in
/// the order of the cluster's shards; without a cluster there is one. It holds no secrets: <see cref="ClusterLogin"/> comes from the environment.
/// </summary>
/// <param name="Nodes">The nodes, one for each shard.</param>
/// <param name="Database">The database of the star's tables.</param>
/// <param name="Cluster">The cluster's name in the nodes' configuration; null for a single node.</param>
public sealed record ClusterAddress(IReadOnlyList<ClusterNode> Nodes, string Database, string? Cluster)
{
    /// <summary>What addresses begin with.</summary>
    public const string Scheme = "clickhouse://";

    private const string Expected = "clickhouse://HOST:PORT/DATABASE, for several nodes clickhouse://HOST:PORT,HOST:PORT/DATABASE?cluster=NAME";

    /// <summary>True when a text means to be such an address.</summary>
    public static bool IsOne(string text) => text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="where">Where it is written.</param>
    /// <exception cref="CrmException">It is none, or it holds a user or password.</exception>
    public static ClusterAddress Parse(string text, string where)
    {
        if (text.Contains('@', StringComparison.Ordinal))
            throw new CrmException(FailureKind.CheckFailed, "an address with a user or password in it", where, Expected,
                $"Set {ClusterLogin.UserVariable} and {ClusterLogin.PasswordVariable} in the environment, and take them out of the address");
        return TryParse(text) ?? throw new CrmException(FailureKind.CheckFailed, $"'{text}'", where, Expected, "Correct the address");
    }

    /// <summary>The address as it is written, which tells one star from another.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Scheme}{string.Join(',', Nodes.Select(n => n.Address.Authority))}/{Database}{(Cluster is null ? "" : $"?cluster={Cluster}")}");

    /// <summary>The address; null when the text is none.</summary>
    public static ClusterAddress? TryParse(string text)
    {
        if (!IsOne(text))
            return null;
        var rest = text[Scheme.Length..].Split('?', 2);
        var parts = rest[0].Split('/');
        var options = (rest.Length > 1 ? rest[1].Split('&') : []).Select(o => o.Split('=', 2)).ToList();
        if (parts is not [{ Length: > 0 } hosts, { } database] || !IsName(database) || options.Exists(o => o.Length != 2 || o[0] is not ("cluster" or "secure")))
            return null;
        var cluster = options.Find(o => o[0] == "cluster")?[1];
        var secure = options.Find(o => o[0] == "secure")?[1];
        if (secure is not (null or "true" or "false") || (cluster is not null && !IsName(cluster)))
            return null;
        var nodes = new List<ClusterNode>();
        foreach (var host in hosts.Split(','))
        {
            if (!Uri.TryCreate($"{(secure == "true" ? "https" : "http")}://{(host.Contains(':', StringComparison.Ordinal) ? host : $"{host}:{(secure == "true" ? 8443 : 8123)}")}/", UriKind.Absolute, out var uri)
                || uri.AbsolutePath != "/" || uri.Host.Length == 0)
                return null;
            nodes.Add(new ClusterNode(uri, nodes.Count));
        }

        return cluster is null && nodes.Count > 1 ? null : new ClusterAddress(nodes, database, cluster);
    }

    private static bool IsName(string text) => text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}

/// <summary>Who asks a cluster; from the environment only.</summary>
/// <param name="User">The user; null for the cluster's default one.</param>
/// <param name="Password">The password; null for none.</param>
public sealed record ClusterLogin(string? User, string? Password)
{
    /// <summary>The environment's variable with the user.</summary>
    public const string UserVariable = "CRM_CLICKHOUSE_USER";

    /// <summary>The environment's variable with the password.</summary>
    public const string PasswordVariable = "CRM_CLICKHOUSE_PASSWORD";

    /// <summary>Reads it from the environment.</summary>
    public static ClusterLogin From(Func<string, string?> variables) => new(variables(UserVariable), variables(PasswordVariable));

    /// <summary>Never the password.</summary>
    public override string ToString() => User ?? "default";
}
