using System.Net;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Web.Access;
using Crm.Analytics.Warehouse.Declarations;
using Microsoft.AspNetCore.Http;

namespace Crm.Analytics.Tests.Security;

/// <summary>A reverse proxy that says who somebody is: believed from its address and with its secret, and from nowhere else.</summary>
internal sealed class TrustedProxyTests
{
    private const string Secret = "between us two";
    private static readonly ProxySettings settings = new(["10.1.0.0/16", "127.0.0.1", "::1"], "X-Remote-User", "X-Remote-Groups", null,
        [("viewer", ["staff"]), ("administrator", ["crm-admins"]), ("analyst", ["analysts", "bi"])]);

    private string _folder = "";

    [SetUp]
    public void Make() => _folder = Directory.CreateTempSubdirectory("crm-proxy-").FullName;

    [TearDown]
    public void Delete()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase("127.0.0.1", "staff", "Viewer")]
    [TestCase("10.1.77.3", "staff, bi", "Analyst")]
    [TestCase("::ffff:10.1.77.3", "bi;crm-admins", "Administrator")]
    [TestCase("::1", "staff", "Viewer")]
    public void User_FromTheProxy_HasTheHighestRoleOfTheirGroups(string from, string groups, string role)
    {
        var asker = Gate().AskerOf(Request(from, groups));
        Assert.That(asker!.Name, Is.EqualTo("ada"));
        Assert.That(asker.Role.ToString(), Is.EqualTo(role));
    }

    [TestCase("10.2.0.1")]
    [TestCase("192.168.1.5")]
    [TestCase("2001:db8::1")]
    public void Headers_FromElsewhere_AreNobodys(string from) => Assert.That(Gate().AskerOf(Request(from, "crm-admins")), Is.Null);

    [Test]
    public void Headers_FromElsewhere_AreNobodys_AlsoWithATokenThatIsRight()
    {
        var store = new AccessStore(_folder, TimeProvider.System);
        var token = store.AddToken(new("nightly", AccessRole.Analyst, [], new Dictionary<string, IReadOnlyList<string>>()), TimeSpan.FromDays(1));
        var request = Request("10.2.0.1", "crm-admins");
        request.Request.Headers.Authorization = $"Bearer {token}";
        Assert.That(Gate().AskerOf(request), Is.Null);
        var plain = new DefaultHttpContext();
        plain.Request.Headers.Authorization = $"Bearer {token}";
        Assert.That(Gate().AskerOf(plain)!.Name, Is.EqualTo("nightly"), "a program that asks past the proxy shows its token");
    }

    [Test]
    public void Request_WithoutHeaders_IsNobodys_ThoughNobodyWasGivenAccess()
    {
        var plain = new DefaultHttpContext();
        plain.Connection.RemoteIpAddress = IPAddress.Loopback;
        Assert.That(Gate().AskerOf(plain), Is.Null);
    }

    [TestCase(Secret, true)]
    [TestCase("guessed", false)]
    [TestCase("", false)]
    public void Headers_WithASecretConfigured_NeedIt(string sent, bool isLetIn)
    {
        var request = Request("127.0.0.1", "staff");
        request.Request.Headers[TrustedProxy.SecretHeader] = sent;
        Assert.That(Gate(Secret).AskerOf(request) is not null, Is.EqualTo(isLetIn));
    }

    [Test]
    public void Header_ThatComesTwice_IsNobodys()
    {
        var request = Request("127.0.0.1", "staff");
        request.Request.Headers["X-Remote-User"] = new(["ada", "root"]);
        Assert.That(Gate().AskerOf(request), Is.Null, "one of them may be the sender's own");
        request = Request("127.0.0.1", "staff");
        request.Request.Headers["X-Remote-Groups"] = new(["staff", "crm-admins"]);
        Assert.That(Gate().AskerOf(request), Is.Null);
    }

    [TestCase("", "staff")]
    [TestCase("ada\u0007", "staff")]
    [TestCase("ada", "strangers")]
    [TestCase("ada", "")]
    public void User_WithoutANameOrAGroupOfOurs_IsNobody(string name, string groups)
    {
        var request = Request("127.0.0.1", groups);
        request.Request.Headers["X-Remote-User"] = name;
        Assert.That(Gate().AskerOf(request), Is.Null);
    }

    private Gate Gate(string? secret = null) => new(new AccessStore(_folder, TimeProvider.System), new TrustedProxy(settings, secret));

    private static DefaultHttpContext Request(string from, string groups)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(from);
        context.Request.Headers["X-Remote-User"] = "ada";
        context.Request.Headers["X-Remote-Groups"] = groups;
        return context;
    }
}
