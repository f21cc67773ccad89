using Crm.Analytics.Host.Security;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Security;

internal sealed class AccessStoreTests
{
    private const string Good = "seven quiet otters";
    private static readonly Dictionary<string, IReadOnlyList<string>> nothing = [];
    private string _folder = "";
    private SetClock _clock = null!;
    private AccessStore _store = null!;

    [SetUp]
    public void Make()
    {
        _folder = Directory.CreateTempSubdirectory("crm-access-").FullName;
        _clock = new();
        _store = new(_folder, _clock);
    }

    [TearDown]
    public void Delete()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Store_BeforeAnybodyWasLetIn_IsNotThere()
    {
        Assert.That(_store.HasAnybody, Is.False);
        Assert.That(_store.Users(), Is.Empty);
        Assert.That(Directory.EnumerateFiles(_folder), Is.Empty);
    }

    [Test]
    public void SignIn_WithThePassword_LetsInUntilTheSessionEnds()
    {
        _store.AddUser(User("ada"), Good);
        Assert.That(_store.HasAnybody, Is.True);
        Assert.That(_store.SignIn("ada", "seven quiet otter"), Is.Null);
        Assert.That(_store.SignIn("eve", Good), Is.Null);
        var (session, lasts) = _store.SignIn("ada", Good)!.Value;
        Assert.That(_store.OfSession(session)!.Name, Is.EqualTo("ada"));
        Assert.That(_store.OfSession(session + "x"), Is.Null);
        _clock.Advance(lasts);
        Assert.That(_store.OfSession(session), Is.Null);
    }

    [Test]
    public void SignIn_AfterSeveralWrongPasswords_IsLockedForAWhile()
    {
        _store.AddUser(User("ada"), Good);
        for (var i = 0; i < AccessStore.MostFailures; i++)
        {
            Assert.That(_store.SignIn("ada", "wrong"), Is.Null);
        }

        Assert.That(_store.SignIn("ada", Good), Is.Null, "locked");
        _clock.Advance(TimeSpan.FromMinutes(15));
        Assert.That(_store.SignIn("ada", Good), Is.Not.Null, "unlocked");
    }

    [Test]
    public void SignedIn_AfterSignOutPasswordOrRemoval_IsOut()
    {
        _store.AddUser(User("ada"), Good);
        var first = _store.SignIn("ada", Good)!.Value.Session;
        _store.SignOut(first);
        Assert.That(_store.OfSession(first), Is.Null);
        var second = _store.SignIn("ada", Good)!.Value.Session;
        Assert.That(_store.SetPassword("ada", "nine loud herons"), Is.True);
        Assert.That(_store.OfSession(second), Is.Null);
        Assert.That(_store.SignIn("ada", Good), Is.Null);
        var third = _store.SignIn("ada", "nine loud herons")!.Value.Session;
        Assert.That(_store.RemoveUser("ada"), Is.True);
        Assert.That(_store.OfSession(third), Is.Null);
    }

    [Test]
    public void Token_UntilItEndsOrIsRevoked_LetsInWithItsRights()
    {
        var token = _store.AddToken(new("nightly", AccessRole.Analyst, ["sales"], new Dictionary<string, IReadOnlyList<string>> { ["region"] = ["North", "South"] }), TimeSpan.FromDays(2));
        var asker = _store.OfToken(token)!;
        Assert.That((asker.Name, asker.Role), Is.EqualTo(("nightly", AccessRole.Analyst)));
        Assert.That(asker.Groups, Is.EqualTo(new[] { "sales" }));
        Assert.That(asker.Security!.Attributes["region"], Is.EqualTo(new[] { "North", "South" }));
        _clock.Advance(TimeSpan.FromDays(2));
        Assert.That(_store.OfToken(token), Is.Null, "ended");

        var second = _store.AddToken(User("daily"), TimeSpan.FromDays(2));
        Assert.That(_store.RemoveToken("daily"), Is.True);
        Assert.That(_store.OfToken(second), Is.Null, "revoked");
    }

    [Test]
    public void Names_AreOnce()
    {
        _store.AddUser(User("ada"), Good);
        var error = Assert.Throws<CrmException>(() => _store.AddUser(User("ada"), Good));
        Assert.That(error!.Message, Does.Contain("there is a user 'ada' already"));
    }

    [TestCase("short")]
    [TestCase("password1234")]
    [TestCase("aaaaaaaaaaaaaa")]
    [TestCase("ada lovelace 1815")]
    public void Passwords_ThatAreGuessed_AreRefused(string password)
    {
        Assert.Throws<CrmException>(() => _store.AddUser(User("ada"), password));
        Assert.That(_store.Users(), Is.Empty);
    }

    [Test]
    public void File_HoldsNoSecretAndIsTheOwnersAlone()
    {
        _store.AddUser(User("ada"), Good);
        var token = _store.AddToken(User("nightly"), TimeSpan.FromDays(1));
        var session = _store.SignIn("ada", Good)!.Value.Session;
        var path = Path.Combine(_folder, "access.db");
        var bytes = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(path));
        Assert.That(bytes, Does.Contain("nightly").And.Not.Contain(Good).And.Not.Contain(token).And.Not.Contain(session));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
    }

    private static Asker User(string name) => new(name, AccessRole.Viewer, [], nothing);
}
