namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>What a job does.</summary>
public enum JobWork
{
    /// <summary>Loads what is new in every source, or in some, and publishes.</summary>
    Run,

    /// <summary>Writes reports.</summary>
    Reports,

    /// <summary>Makes a backup.</summary>
    Backup,

    /// <summary>Scores customers by all models, in a run that first loads what is new.</summary>
    Models,

    /// <summary>Sends reports where they are declared to go.</summary>
    Deliver,
}

/// <summary>Something that the server does by itself, at its times or after another job.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Work">What it does.</param>
/// <param name="Of">Sources of a run, or names of reports; none means all.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record Job(string Name, JobWork Work, IReadOnlyList<OptionValue> Of, SourceLocation Where)
{
    /// <summary>When it is due, as five fields of cron; null when it is not due by time.</summary>
    public string? Cron { get; init; }

    /// <summary>IANA time zone of <see cref="Cron"/>.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>The job that it follows whenever that one was done well; null for none.</summary>
    public string? After { get; init; }

    /// <summary>Longest time that one attempt may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(12);

    /// <summary>How often a failed attempt is made again.</summary>
    public int Retries { get; init; }

    /// <summary>Time before the first of those; it doubles with each, up to an hour.</summary>
    public TimeSpan RetryWait { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>How <c>crm serve</c> is reached and what it keeps its own records in.</summary>
/// <param name="BasePath">Path under which a reverse proxy shows the server: <c>/crm</c>; empty for the root.</param>
/// <param name="Hosts">Names under which a reverse proxy asks, beside this machine's own.</param>
/// <param name="Store">Connection string of the PostgreSQL that keeps jobs, as <c>${NAME}</c>; null for a file of the project.</param>
public sealed record ServerSettings(string BasePath, IReadOnlyList<string> Hosts, OptionValue? Store)
{
    /// <summary>What holds when nothing is said.</summary>
    public static ServerSettings Default { get; } = new("", [], null);

    /// <summary>Age of the newest data from which on it counts as stale; null when it never does.</summary>
    public TimeSpan? StaleAfter { get; init; }

    /// <summary>How often the store of jobs is looked at: how soon a change of the clock or the death of another server is noticed; null for the usual.</summary>
    public TimeSpan? Look { get; init; }

    /// <summary>The reverse proxy that says who somebody is; null for none.</summary>
    public ProxySettings? Proxy { get; init; }

    /// <summary>The identity provider that people sign in at; null for none.</summary>
    public OpenIdSettings? OpenId { get; init; }
}

/// <summary>An identity provider that people sign in at, by OpenID Connect.</summary>
/// <param name="Issuer">Its address, <c>https://…</c>, as it calls itself.</param>
/// <param name="ClientId">How it knows this server.</param>
/// <param name="ClientSecret">What this server shows it, as <c>${NAME}</c>.</param>
/// <param name="Address">Where browsers find this server, <c>https://…</c> with the path; null: where they ask.</param>
/// <param name="User">The claim with the user's name.</param>
/// <param name="Groups">The claim with the user's groups.</param>
/// <param name="Scopes">What is asked for beside <c>openid</c>.</param>
/// <param name="Roles">Which groups make which role; <c>*</c> is everybody.</param>
public sealed record OpenIdSettings(
    string Issuer, string ClientId, OptionValue? ClientSecret, string? Address, string User, string Groups, IReadOnlyList<string> Scopes, IReadOnlyList<(string Role, IReadOnlyList<string> Groups)> Roles);

/// <summary>A reverse proxy that lets people in and says in headers who they are.</summary>
/// <param name="From">Addresses and networks that it asks from; headers from elsewhere are not believed.</param>
/// <param name="User">The header with the user's name.</param>
/// <param name="Groups">The header with the user's groups.</param>
/// <param name="Secret">What it sends beside, as <c>${NAME}</c>; null for nothing.</param>
/// <param name="Roles">Which groups make which role; <c>*</c> is everybody.</param>
public sealed record ProxySettings(IReadOnlyList<string> From, string User, string Groups, OptionValue? Secret, IReadOnlyList<(string Role, IReadOnlyList<string> Groups)> Roles);

/// <summary>Where backups go.</summary>
/// <param name="To">Path of the folder, relative to the project.</param>
/// <param name="Key">The key, as <c>${NAME}</c>.</param>
public sealed record BackupSettings(string To, OptionValue Key)
{
    /// <summary>The secret whose value is the key when nothing is said.</summary>
    public const string DefaultKey = "CRM_BACKUP_KEY";

    /// <summary>What holds when nothing is said.</summary>
    public static BackupSettings Default { get; } = new("backup", new([$"${{{DefaultKey}}}"], new SourceLocation("crm.yaml", 0, 0)));
}
