using System.Text.Json;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Crm.Analytics.Host.Security;

/// <summary>
/// Who may use the server of a project: users, API tokens and signed-in browsers, in <c>access.db</c> of the project folder, readable by its owner alone.
/// It holds no secret that lets anybody in: passwords and tokens stand there as hashes. Safe for use from several threads and processes.
/// </summary>
/// <param name="folder">The project folder.</param>
/// <param name="clock">The clock.</param>
internal sealed class AccessStore(string folder, TimeProvider clock)
{
    /// <summary>Name of the file in the project folder.</summary>
    public const string FileName = "access.db";

    /// <summary>Wrong passwords after which a user is locked out.</summary>
    public const int MostFailures = 5;

    /// <summary>The attribute that says by which subject of an identity provider a user signs in.</summary>
    public const string SubjectAttribute = "openid";

    private static readonly TimeSpan lockedFor = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan sessionFor = TimeSpan.FromHours(12);
    private static readonly SqlFile sql = SqlFile.Beside<AccessStore>();
    private readonly string _path = Path.Combine(folder, FileName);

    private long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>True when somebody was given access; until then the server is its owner's, on this machine.</summary>
    public bool HasAnybody => File.Exists(_path) && With(c => c.ExecuteScalar<long>(sql.Fill("anybody")) > 0);

    /// <summary>Every user.</summary>
    public IReadOnlyList<Entry> Users() => File.Exists(_path) ? With(c => c.Query<UserRow>(sql.Fill("users")).Select(u => new Entry(u.Name, Asker(u), null, When(u.Created), null)).ToList()) : [];

    /// <summary>Every token.</summary>
    public IReadOnlyList<Entry> Tokens() => File.Exists(_path)
        ? With(c => c.Query<TokenRow>(sql.Fill("tokens")).Select(t => new Entry(t.Name, Asker(t), When(t.Expires), When(t.Created), t.Used == 0 ? null : When(t.Used))).ToList())
        : [];

    /// <summary>Adds a user.</summary>
    /// <exception cref="CrmException">There is one of that name, or the password is too weak.</exception>
    public void AddUser(Asker user, string password)
    {
        Passwords.Check(user.Name, password);
        Add("add_user", "user", user.Name, new { user.Name, Password = Passwords.Hash(password), Role = (int)user.Role, Groups = Text(user.Groups), Attributes = Text(user.Attributes), Created = Now });
    }

    /// <summary>Gives a user another password and signs them out everywhere; false when there is none of that name.</summary>
    public bool SetPassword(string name, string password)
    {
        Passwords.Check(name, password);
        return With(c => c.Execute(sql.Fill("password"), new { name, password = Passwords.Hash(password) }) > 0 && c.Execute(sql.Fill("end_sessions"), new { name }) >= 0);
    }

    /// <summary>Removes a user and signs them out everywhere; false when there is none of that name.</summary>
    public bool RemoveUser(string name) => With(c => c.Execute(sql.Fill("end_sessions"), new { name }) >= 0 && c.Execute(sql.Fill("remove_user"), new { name }) > 0);

    /// <summary>Adds a token and answers it; it is stored nowhere.</summary>
    /// <exception cref="CrmException">There is one of that name.</exception>
    public string AddToken(Asker bearer, TimeSpan lasts)
    {
        var token = SecretTokens.New("crm_");
        Add("add_token", "token", bearer.Name, new
        {
            bearer.Name,
            Hash = SecretTokens.Hash(token),
            Role = (int)bearer.Role,
            Groups = Text(bearer.Groups),
            Attributes = Text(bearer.Attributes),
            Created = Now,
            Expires = Now + (long)lasts.TotalSeconds,
        });
        return token;
    }

    /// <summary>Removes a token; false when there is none of that name.</summary>
    public bool RemoveToken(string name) => With(c => c.Execute(sql.Fill("remove_token"), new { name }) > 0);

    /// <summary>Who bears a token; null when it lets nobody in.</summary>
    public Asker? OfToken(string token) => With(c =>
    {
        var hash = SecretTokens.Hash(token);
        var row = c.QuerySingleOrDefault<TokenRow>(sql.Fill("token"), new { hash, now = Now });
        if (row is not null)
        {
            c.Execute(sql.Fill("used"), new { hash, now = Now });
        }

        return row is null ? null : Asker(row);
    });

    /// <summary>Who sits at a signed-in browser; null when it is not signed in.</summary>
    public Asker? OfSession(string session)
        => With(c => c.QuerySingleOrDefault<UserRow>(sql.Fill("session"), new { hash = SecretTokens.Hash(session), now = Now }) is { } row ? Asker(row) : null);

    /// <summary>Signs a browser in.</summary>
    /// <returns>What it shows from then on, and for how long; null when the name and password let nobody in, whatever the reason.</returns>
    public (string Session, TimeSpan Lasts)? SignIn(string name, string password) => With(c =>
    {
        var user = c.QuerySingleOrDefault<UserRow>(sql.Fill("user"), new { name });

        // An unknown name costs as much time as a wrong password, so that names cannot be tried out.
        var fits = Passwords.Fits(user?.Password ?? Passwords.OfNobody, password) && user is not null;
        if (user is null || user.LockedUntil > Now)
        {
            return null;
        }

        if (!fits)
        {
            c.Execute(sql.Fill("failed"), new { name });
            c.Execute(sql.Fill("lock"), new { name, until = Now + (long)lockedFor.TotalSeconds, most = MostFailures });
            return ((string, TimeSpan)?)null;
        }

        var session = SecretTokens.New("");
        c.Execute(sql.Fill("let_in"), new { name });
        c.Execute(sql.Fill("add_session"), new { hash = SecretTokens.Hash(session), name = user.Name, expires = Now + (long)sessionFor.TotalSeconds });
        return (session, sessionFor);
    });

    /// <summary>Signs a browser in whose user was let in elsewhere; they are made when they were never here, and have the role that they come with.</summary>
    /// <param name="user">Who it is, with their present role and groups.</param>
    /// <param name="subject">What the provider knows them by, which never becomes somebody else.</param>
    /// <returns>What the browser shows from then on, and for how long; null when the name is somebody else's here.</returns>
    public (string Session, TimeSpan Lasts)? SignInAs(Asker user, string subject) => With(c =>
    {
        using var transaction = c.BeginTransaction();
        var mark = SecretTokens.Hash(subject);
        var known = c.QuerySingleOrDefault<UserRow>(sql.Fill("user"), new { name = user.Name }, transaction);
        if (known is not null && Asker(known).Attributes.GetValueOrDefault(SubjectAttribute)?.Contains(mark) != true)
        {
            return null;
        }

        var attributes = new Dictionary<string, IReadOnlyList<string>>(user.Attributes) { [SubjectAttribute] = [mark] };
        if (known is null)
        {
            // Nobody knows the password: this name signs in there, never here.
            c.Execute(sql.Fill("add_user"), new { user.Name, Password = Passwords.Hash(SecretTokens.New("")), Role = (int)user.Role, Groups = Text(user.Groups), Attributes = Text(attributes), Created = Now }, transaction);
        }
        else
        {
            c.Execute(sql.Fill("change_user"), new { user.Name, Role = (int)user.Role, Groups = Text(user.Groups), Attributes = Text(attributes) }, transaction);
        }

        var session = SecretTokens.New("");
        c.Execute(sql.Fill("add_session"), new { hash = SecretTokens.Hash(session), name = user.Name, expires = Now + (long)sessionFor.TotalSeconds }, transaction);
        transaction.Commit();
        return ((string, TimeSpan)?)(session, sessionFor);
    });

    /// <summary>Signs somebody out everywhere whom an identity provider lets in no more.</summary>
    public void LetInNoMore(string name, string subject) => With(c =>
        c.QuerySingleOrDefault<UserRow>(sql.Fill("user"), new { name }) is { } known && Asker(known).Attributes.GetValueOrDefault(SubjectAttribute)?.Contains(SecretTokens.Hash(subject)) == true
            ? c.Execute(sql.Fill("end_sessions"), new { name }) : 0);

    /// <summary>Signs a browser out.</summary>
    public void SignOut(string session) => With(c => c.Execute(sql.Fill("remove_session"), new { hash = SecretTokens.Hash(session), now = Now }));

    private void Add(string part, string kind, string name, object row)
    {
        try
        {
            With(c => c.Execute(sql.Fill(part), row));
        }
        catch (SqliteException e) when (e.SqliteErrorCode == 19)
        {
            throw new CrmException(FailureKind.WrongUse, $"there is a {kind} '{name}' already", $"crm {kind}", "another name", $"Choose another, or remove it with `crm {kind} remove`", e);
        }
    }

    private T With<T>(Func<SqliteConnection, T> work)
    {
        var isNew = !File.Exists(_path);
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Pooling = true }.ToString());
        connection.Open();
        if (isNew && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        if (connection.ExecuteScalar<long>(sql.Fill("exists")) == 0)
        {
            connection.Execute(sql.Fill("schema"));
        }

        return work(connection);
    }

    private static DateTimeOffset When(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);

    private static string Text<T>(T value) => JsonSerializer.Serialize(value);

    private static Asker Asker(IAccessRow row) => new(row.Name, (AccessRole)row.Role, JsonSerializer.Deserialize<string[]>(row.Groups)!,
        JsonSerializer.Deserialize<Dictionary<string, string[]>>(row.Attributes)!.ToDictionary(a => a.Key, a => (IReadOnlyList<string>)a.Value));

    private interface IAccessRow
    {
        string Name { get; }

        long Role { get; }

        string Groups { get; }

        string Attributes { get; }
    }

    private sealed record UserRow(string Name, string Password, long Role, string Groups, string Attributes, long Failures, long LockedUntil, long Created) : IAccessRow;

    private sealed record TokenRow(string Name, string Hash, long Role, string Groups, string Attributes, long Created, long Expires, long Used) : IAccessRow;

    /// <summary>A user or a token, for people.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Asker">What it lets do.</param>
    /// <param name="Expires">When it ends; null for users.</param>
    /// <param name="Created">When it was made.</param>
    /// <param name="Used">When it was used last, to the minute; null: never, or not known.</param>
    internal sealed record Entry(string Name, Asker Asker, DateTimeOffset? Expires, DateTimeOffset Created, DateTimeOffset? Used);
}
