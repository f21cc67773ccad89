using System.Globalization;
using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The parts of <c>crm.yaml</c> that are for <c>crm serve</c>: jobs, the server, backups.</summary>
internal static class JobFormat
{
    /// <summary>A length of time.</summary>
    public static readonly ScalarShape LengthOfTime = new(ScalarKind.Text, "a time span, as 30 minutes")
    {
        Pattern = "^[1-9][0-9]{0,6} +(second|minute|hour|day|week)s?$",
        Accepts = static text => Span(text) is not null,
    };

    private static readonly ScalarShape cron = new(ScalarKind.Text, "the five fields of cron: minute, hour, day of month, month, day of week, as 30 5 * * mon-fri")
    {
        Accepts = Cron.IsValid,
        Suggest = Cron.Suggest,
    };

    private static readonly ScalarShape secret = new(ScalarKind.Text, "the name of a secret, as ${NAME}")
    {
        Pattern = Secret.ReferencePattern,
        Accepts = Secret.IsReference,
    };

    private static readonly ScalarShape basePath = new(ScalarKind.Text, "a path, as /crm")
    {
        Pattern = "^(/[A-Za-z0-9._~-]+)+$",
        Accepts = static text => text.Length > 1 && text[0] == '/' && text[1..].Split('/').All(static p => p.Length > 0 && p.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '~' or '-')),
        Suggest = static text => text.Trim('/') is { Length: > 0 } bare && bare.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-') ? $"/{bare}" : null,
    };

    private static readonly MapShape retry = new("the retries",
    [
        new("times", ScalarShape.Integer(1, 20), "How often a failed attempt is made again.", Required: true),
        new("wait", LengthOfTime, "Time before the first of them; it doubles with each, up to an hour. Default 1 minute."),
    ]);

    private static readonly MapShape job = new("a job",
    [
        new("do", ScalarShape.Choice("what a job does", "run", "models", "reports", "backup", "deliver"),
            "run: load what is new, score customers, publish all in one commit; models: the same for all sources, and score all models; reports: write them; backup: make one; deliver: send reports where they are declared to go.", Required: true),
        new("sources", new EitherShape(ScalarShape.Reference, new ListShape(ScalarShape.Reference)), "The sources that a run loads; default all."),
        new("reports", new EitherShape(ScalarShape.Reference, new ListShape(ScalarShape.Reference)), "The reports that are written or sent; default all."),
        new("cron", cron, "When it is due: minute, hour, day of month, month, day of week (0 is Sunday), or @hourly, @daily, @weekly, @monthly, @yearly."),
        new("time_zone", SettingsFormat.TimeZone, "IANA time zone of cron; default the project's."),
        new("after", ScalarShape.Reference, "The job that it follows whenever that one was done well."),
        new("timeout", LengthOfTime, "Longest time that an attempt may take; default 12 hours."),
        new("retry", retry, "What happens when it fails; default nothing until it is due again."),
    ]);

    public static readonly MapShape Jobs = new("the jobs", [], new FreeKeys("a job", job));

    private static readonly ScalarShape header = new(ScalarKind.Text, "the name of a header, as X-Remote-User")
    {
        Pattern = "^[A-Za-z][A-Za-z0-9-]*$",
        Accepts = static text => text.Length is > 0 and <= 100 && char.IsAsciiLetter(text[0]) && text.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'),
    };

    private static readonly ScalarShape network = new(ScalarKind.Text, "an address or a network, as 127.0.0.1 or 10.1.0.0/16")
    {
        Accepts = static text => text.Contains('/', StringComparison.Ordinal) ? System.Net.IPNetwork.TryParse(text, out _) : System.Net.IPAddress.TryParse(text, out _),
    };

    private static readonly Shape groups = new EitherShape(ScalarShape.Text, new ListShape(ScalarShape.Text));

    private static readonly MapShape proxyRoles = new("the roles",
    [
        new("viewer", groups, "Groups whose members are viewers; \"*\" for everybody that the proxy lets in."),
        new("analyst", groups, "Groups whose members are analysts."),
        new("engineer", groups, "Groups whose members are engineers."),
        new("administrator", groups, "Groups whose members are administrators."),
    ]);

    private static readonly MapShape proxy = new("the proxy",
    [
        new("from", new EitherShape(network, new ListShape(network)), "Addresses and networks that it asks from; its headers are not believed from elsewhere.", Required: true),
        new("user", header, "The header with the user's name; default X-Remote-User."),
        new("groups", header, "The header with the user's groups, with commas between; default X-Remote-Groups."),
        new("secret", secret, "What it sends as X-Crm-Proxy-Secret beside, as ${NAME}; default nothing, which believes every process at those addresses."),
        new("roles", proxyRoles, "Which groups make which role; who is in none of them is not let in.", Required: true),
    ]);

    private static readonly ScalarShape secured = new(ScalarKind.Text, "an address that begins with https://, or with http:// and 127.0.0.1 or localhost")
    {
        Pattern = "^(https://[^/?#@\\s]+|http://(127[.]0[.]0[.]1|localhost)(:[0-9]+)?)(/[^?#\\s]*)?$",
        Accepts = static text => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0 }
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.Host is "127.0.0.1" or "localhost")),
    };

    private static readonly MapShape openId = new("the identity provider",
    [
        new("issuer", secured, "Its address as it calls itself; what stands behind /.well-known/openid-configuration of it is believed.", Required: true),
        new("client_id", ScalarShape.Text, "How it knows this server.", Required: true),
        new("client_secret", secret, "What this server shows it, as ${NAME}."),
        new("address", secured, "Where browsers find this server, as https://crm.example.com/crm; default the address they ask at."),
        new("user", ScalarShape.Text, "The claim with the user's name; default preferred_username."),
        new("groups", ScalarShape.Text, "The claim with the user's groups; default groups."),
        new("scopes", groups, "What is asked for beside openid; default profile."),
        new("roles", proxyRoles, "Which groups make which role; who is in none of them is not let in.", Required: true),
    ]);

    public static readonly MapShape Server = new("the server's settings",
    [
        new("base_path", basePath, "Path under which a reverse proxy shows the server, as /crm; default none."),
        new("hosts", new EitherShape(ScalarShape.Text, new ListShape(ScalarShape.Text)), "Names under which a reverse proxy asks, beside localhost; default none."),
        new("store", secret, "Connection string of the PostgreSQL that keeps jobs and their history for two or more servers, as ${NAME}; default the file server.sqlite of the project."),
        new("proxy", proxy, "The reverse proxy that lets people in and says in headers who they are; default none."),
        new("openid", openId, "The identity provider that people sign in at, by OpenID Connect; default none."),
        new("look", LengthOfTime, "How often the store of jobs is looked at: how soon the death of another server is noticed; default 5 seconds."),
        new("stale_after", LengthOfTime, "Age of the last load from which on /health/ready says stale; default never."),
    ]);

    public static readonly MapShape Backup = new("the backup settings",
    [
        new("to", ScalarShape.Text, "Folder for backups, best on another disk; default backup in the project."),
        new("key", secret, "The key that backups are encrypted with, as ${NAME}; default ${CRM_BACKUP_KEY}."),
    ]);

    public static IReadOnlyList<Job> BuildJobs(YamlMap settings, string timeZone) =>
        [.. settings.MapOf("jobs").Where(j => j.Value is YamlMap).Select(j => Build(j.Key, (YamlMap)j.Value, timeZone))];

    public static ServerSettings BuildServer(YamlMap settings) => settings["server"] is not YamlMap map ? ServerSettings.Default
        : new(map.Text("base_path") ?? "", [.. map.ScalarsOf("hosts").Select(h => h.Text)], Option(map.Scalar("store"))) { StaleAfter = Span(map.Text("stale_after")), Look = Span(map.Text("look")), Proxy = map["proxy"] is YamlMap proxy ? BuildProxy(proxy) : null, OpenId = map["openid"] is YamlMap provider ? BuildOpenId(provider) : null };

    private static ProxySettings BuildProxy(YamlMap map) => new(
        [.. map.ScalarsOf("from").Select(f => f.Text)], map.Text("user") ?? "X-Remote-User", map.Text("groups") ?? "X-Remote-Groups", Option(map.Scalar("secret")),
        RolesOf(map));

    private static OpenIdSettings BuildOpenId(YamlMap map) => new(
        map.Text("issuer") ?? "", map.Text("client_id") ?? "", Option(map.Scalar("client_secret")), map.Text("address")?.TrimEnd('/'), map.Text("user") ?? "preferred_username", map.Text("groups") ?? "groups",
        [.. map.ScalarsOf("scopes").Select(s => s.Text).DefaultIfEmpty("profile")], RolesOf(map));

    private static IReadOnlyList<(string Role, IReadOnlyList<string> Groups)> RolesOf(YamlMap map) =>
        [.. map.MapOf("roles").Select(r => (r.Key.Text, (IReadOnlyList<string>)[.. ((YamlMap)map["roles"]!).ScalarsOf(r.Key.Text).Select(g => g.Text)]))];

    public static BackupSettings BuildBackup(YamlMap settings) => settings["backup"] is not YamlMap map ? BackupSettings.Default
        : new(map.Text("to") ?? BackupSettings.Default.To, Option(map.Scalar("key")) ?? BackupSettings.Default.Key);

    /// <summary>Checks what shapes cannot: that names stand for something, that jobs follow each other without a circle, that keys fit the work.</summary>
    public static void Check(YamlMap settings, IReadOnlyCollection<string> sources, List<Problem> problems)
    {
        var jobs = settings.MapOf("jobs").Where(j => j.Value is YamlMap).ToDictionary(j => j.Key.Text, j => (YamlMap)j.Value);
        foreach (var (name, map) in jobs)
        {
            foreach (var source in map.ScalarsOf("sources").Where(s => !sources.Contains(s.Text)))
            {
                problems.Add(new(source.Where, $"no source {Quoted.Text(source.Text)}", NearestName.Expected("a source of the project", source.Text, [.. sources]), "correct the name"));
            }

            foreach (var (key, works) in new[] { ("sources", (string[])["run"]), ("reports", ["reports", "deliver"]) })
            {
                if (map[key] is { } unfit && map.Text("do") is { } does && !works.Contains(does))
                {
                    problems.Add(new(unfit.Where, $"'{key}' for a job that does {Quoted.Text(does)}", $"it with {string.Join(" or ", works.Select(w => $"`do: {w}`"))} only", "remove it, or correct `do`"));
                }
            }

            if (map.Scalar("after") is not { } after)
            {
                continue;
            }

            if (!jobs.ContainsKey(after.Text))
            {
                problems.Add(new(after.Where, $"no job {Quoted.Text(after.Text)}", NearestName.Expected("a job of the project", after.Text, [.. jobs.Keys]), "correct the name"));
            }
            else if (IsCircle(jobs, name))
            {
                problems.Add(new(after.Where, $"job {Quoted.Text(name)} follows itself, by way of {Quoted.Text(after.Text)}", "jobs that follow each other without a circle", "remove one `after`"));
            }
        }
    }

    private static bool IsCircle(Dictionary<string, YamlMap> jobs, string name)
    {
        var at = name;
        for (var steps = 0; steps < jobs.Count; steps++)
        {
            if (!jobs.TryGetValue(at, out var map) || map.Text("after") is not { } before)
            {
                return false;
            }

            at = before;
            if (at == name)
            {
                return true;
            }
        }

        return false;
    }

    private static Job Build(YamlScalar name, YamlMap map, string timeZone)
    {
        var work = map.Text("do") switch { "reports" => JobWork.Reports, "backup" => JobWork.Backup, "models" => JobWork.Models, "deliver" => JobWork.Deliver, _ => JobWork.Run };
        var again = map["retry"] as YamlMap;
        var plain = new Job(name.Text, work, [.. map.ScalarsOf("sources").Concat(map.ScalarsOf("reports")).Select(s => new OptionValue([s.Text], s.Where))], name.Where);
        return plain with
        {
            Cron = map.Text("cron"),
            TimeZone = map.Text("time_zone") ?? timeZone,
            After = map.Text("after"),
            Timeout = Span(map.Text("timeout")) ?? plain.Timeout,
            Retries = int.TryParse(again?.Text("times"), NumberStyles.None, CultureInfo.InvariantCulture, out var times) ? times : 0,
            RetryWait = Span(again?.Text("wait")) ?? plain.RetryWait,
        };
    }

    private static OptionValue? Option(YamlScalar? scalar) => scalar is null ? null : new([scalar.Text], scalar.Where);

    private static TimeSpan? Span(string? text) =>
        text is not null && CursorLag.TryParse(text, out var lag) && lag.Time > TimeSpan.Zero && lag.Time <= TimeSpan.FromDays(3660) ? lag.Time : null;
}
