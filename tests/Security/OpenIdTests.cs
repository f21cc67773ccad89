using System.Net;
using System.Text.RegularExpressions;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Web;
using Crm.Analytics.Host.Web.Access;
using Crm.Analytics.Warehouse.Declarations;
using Microsoft.AspNetCore.Http;

namespace Crm.Analytics.Tests.Security;

/// <summary>Signing in at an identity provider, with one on 127.0.0.1 that can be made to say what is wrong.</summary>
internal sealed partial class OpenIdTests
{
    private string _folder = "";
    private IdentityProvider _provider = null!;
    private AccessStore _store = null!;
    private OpenIdArea _area = null!;
    private ReportServer _server = null!;

    [SetUp]
    public async Task Start()
    {
        _folder = Directory.CreateTempSubdirectory("crm-openid-").FullName;
        _provider = await IdentityProvider.Start();
        _store = new AccessStore(_folder, TimeProvider.System);
        var settings = new OpenIdSettings(_provider.Issuer, "crm", null, null, "preferred_username", "groups", ["profile"], [("viewer", ["staff"]), ("analyst", ["bi"]), ("administrator", ["root"])]);
        _area = new OpenIdArea(settings, IdentityProvider.Secret, _store);
        var gate = new Gate(_store, signsInElsewhere: true);
        _server = await ReportServer.StartAsync(_folder, 0, CancellationToken.None, _area, new SignInArea(_store, TimeProvider.System, _area.Prefix), new WhoArea(gate));
    }

    [TearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        await _area.DisposeAsync();
        await _provider.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task SignIn_OfSomebodyOfAGroup_MakesThemAUserOfItsRole()
    {
        using var browser = new Browser(_server.Address);
        Assert.That(await browser.Text("/who"), Is.EqualTo("nobody"), "with a provider nobody unknown is the owner");
        var (status, page) = await browser.SignIn("/who?x=1");
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), page);
        Assert.That(Next().Match(page).Groups[1].Value, Is.EqualTo("/who?x=1"));
        Assert.That(await browser.Text("/who"), Is.EqualTo("ada Analyst bi"));
        Assert.That(_store.Users().Single().Name, Is.EqualTo("ada"));
        Assert.That(_store.SignIn("ada", ""), Is.Null, "and no password lets them in here");
        Assert.That(_provider.Asked.Keys, Does.Contain("code_verifier").And.Contain("client_secret"));
        Assert.That(browser.SessionCookie, Does.Contain("httponly").IgnoreCase.And.Contain("samesite=strict").IgnoreCase);

        await browser.SignOut();
        Assert.That(await browser.Text("/who"), Is.EqualTo("nobody"));
    }

    [Test]
    public async Task SignIn_Again_TakesTheRoleOfTheGroupsOfNow()
    {
        using var browser = new Browser(_server.Address);
        await browser.SignIn("/");
        _provider.Says = claims => claims["groups"] = new[] { "staff", "root" };
        await browser.SignIn("/");
        Assert.That(await browser.Text("/who"), Is.EqualTo("ada Administrator staff,root"));

        // Who is let in no more is out everywhere, also with a session that would last.
        _provider.Says = claims => claims["groups"] = new[] { "elsewhere" };
        using var another = new Browser(_server.Address);
        Assert.That((await another.SignIn("/")).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await browser.Text("/who"), Is.EqualTo("nobody"));
    }

    [Test]
    public async Task SignIn_UnderTheNameOfSomebodyElse_IsRefused()
    {
        _store.AddUser(new Asker("ada", AccessRole.Administrator, [], new Dictionary<string, IReadOnlyList<string>>()), "seven green bottles");
        using var browser = new Browser(_server.Address);
        Assert.That((await browser.SignIn("/")).Status, Is.EqualTo(HttpStatusCode.Forbidden), "a user of this server's own");
        Assert.That(await browser.Text("/who"), Is.EqualTo("nobody"));

        _store.RemoveUser("ada");
        await browser.SignIn("/");
        _provider.Says = claims => claims["sub"] = "u-2";
        using var another = new Browser(_server.Address);
        Assert.That((await another.SignIn("/")).Status, Is.EqualTo(HttpStatusCode.Forbidden), "a name that passed to somebody else at the provider");
    }

    [TestCase("iss", "https://elsewhere.example")]
    [TestCase("aud", "another")]
    [TestCase("nonce", "another")]
    [TestCase("exp", 1_000_000_000L)]
    [TestCase("preferred_username", "")]
    [TestCase("preferred_username", "ada\r\nSet-Cookie: x")]
    [TestCase("sub", "")]
    public async Task Token_ThatSaysWhatIsWrong_LetsNobodyIn(string claim, object value)
    {
        _provider.Says = claims => claims[claim] = value;
        await Refused();
    }

    [TestCase("none")]
    [TestCase("HS256")]
    [TestCase("other key")]
    [TestCase("unknown key")]
    [TestCase("broken")]
    public async Task Token_ThatIsNotSignedByTheProvider_LetsNobodyIn(string signs)
    {
        _provider.Signs = signs;
        await Refused();
    }

    [Test]
    public async Task Callback_WithoutTheBrowserThatAsked_LetsNobodyIn()
    {
        using var browser = new Browser(_server.Address);
        var back = await browser.WayBack("/");
        using var another = new Browser(_server.Address);
        Assert.That((await another.Get(back)).Status, Is.EqualTo(HttpStatusCode.Forbidden), "no cookie of the one who asked");
        Assert.That((await browser.Get(new Uri(Regex.Replace(back.ToString(), "state=[^&]*", "state=made-up")))).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await browser.Get(new Uri(_server.Address, OpenIdArea.Callback))).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await browser.Get(back)).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await browser.Get(back)).Status, Is.EqualTo(HttpStatusCode.Forbidden), "a way back is good once");
    }

    [TestCase("https://elsewhere.example/")]
    [TestCase("//elsewhere.example")]
    [TestCase("/\\elsewhere.example")]
    [TestCase("/sign-in/openid")]
    public async Task SignIn_ThatIsToLeadElsewhere_LeadsToTheStart(string next)
    {
        using var browser = new Browser(_server.Address);
        Assert.That(Next().Match((await browser.SignIn(next)).Page).Groups[1].Value, Is.EqualTo("/"));
    }

    [Test]
    public async Task Provider_ThatIsAway_IsTold_AndPasswordsGoOn()
    {
        await _provider.DisposeAsync();
        using var browser = new Browser(_server.Address);
        var (status, page) = await browser.Get(new Uri(_server.Address, "/sign-in/openid"));
        Assert.That(status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(page, Does.Contain("cannot be reached").And.Not.Contain("Exception"));
        Assert.That((await browser.Get(new Uri(_server.Address, "/sign-in"))).Page, Does.Contain("href=\"/sign-in/openid?next=%2F\""));
    }

    private async Task Refused()
    {
        using var browser = new Browser(_server.Address);
        var (status, page) = await browser.SignIn("/");
        Assert.That(status, Is.EqualTo(HttpStatusCode.Forbidden), page);
        Assert.That(page, Does.Not.Contain("IDX").And.Not.Contain("Exception"));
        Assert.That(await browser.Text("/who"), Is.EqualTo("nobody"));
        Assert.That(_store.Users(), Is.Empty);
    }

    [GeneratedRegex("content=\"0;url=([^\"]*)\"")]
    private static partial Regex Next();

    /// <summary>Says who asks.</summary>
    private sealed class WhoArea(Gate gate) : IWebArea
    {
        public string Prefix => "/who";

        public bool HasOwnProof => false;

        public Task Answer(HttpContext context) => context.Response.WriteAsync(gate.AskerOf(context) is { } asker ? $"{asker.Name} {asker.Role} {string.Join(',', asker.Groups)}" : "nobody");
    }

    /// <summary>Follows what it is told as a browser does, cookies and all.</summary>
    private sealed class Browser : IDisposable
    {
        private readonly Uri _address;
        private readonly HttpClient _http;

        public Browser(Uri address)
        {
            _address = address;
            _http = new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = address };
        }

        public string SessionCookie { get; private set; } = "";

        public async Task<string> Text(string path) => (await Get(new Uri(_address, path))).Page;

        public async Task<(HttpStatusCode Status, string Page)> Get(Uri address)
        {
            using var answer = await _http.GetAsync(address);
            if (answer.Headers.TryGetValues("Set-Cookie", out var cookies))
            {
                SessionCookie = cookies.FirstOrDefault(c => c.StartsWith(Gate.Cookie, StringComparison.Ordinal)) ?? SessionCookie;
            }

            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }

        public async Task<Uri> WayBack(string next)
        {
            using var there = await _http.GetAsync(new Uri($"/sign-in/openid?next={Uri.EscapeDataString(next)}", UriKind.Relative));
            Assert.That(there.StatusCode, Is.EqualTo(HttpStatusCode.Redirect), await there.Content.ReadAsStringAsync());
            using var back = await _http.GetAsync(there.Headers.Location);
            return back.Headers.Location!;
        }

        public async Task<(HttpStatusCode Status, string Page)> SignIn(string next) => await Get(await WayBack(next));

        public async Task SignOut()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/sign-out", UriKind.Relative)) { Headers = { { "Origin", _address.GetLeftPart(UriPartial.Authority) } } };
            using var answer = await _http.SendAsync(request);
        }

        public void Dispose() => _http.Dispose();
    }
}
