using System.Net;
using Crm.Analytics.Host;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Host.Web;
using Crm.Analytics.Host.Web.Status;
using Crm.Analytics.Tests.Backup;
using Crm.Analytics.Tests.Jobs;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Host;

/// <summary>What a server tells of itself, and how it is reached through a proxy.</summary>
internal sealed class ServerStatusTests
{
    private readonly ShiftedClock _clock = new();
    private SmallShop _shop = null!;
    private ServedWarehouse _served = null!;
    private JobServer _jobs = null!;
    private ReportServer _server = null!;
    private HttpClient _client = null!;

    [SetUp]
    public async Task Start()
    {
        _shop = new SmallShop();
        _shop.Deliver(1, 10);
        var project = Composition.ReadProject(_shop.Folder);
        _served = Composition.OpenToServe(project, new CommandContext(Stream.Null, TextWriter.Null, CancellationToken.None), "the test");
        _jobs = new JobServer();
        await _jobs.Start(JobServer.Job("load <1>", "0 5 * * *"));
        _served.Jobs = _jobs.Jobs;
        var settings = new ServerSettings("/crm", ["crm.example.com"], null);
        _server = await ReportServer.StartAsync(Path.Combine(_shop.Folder, "out"), 0, settings, CancellationToken.None, null,
            new HealthArea(() => DataHealth.Of(_served), TimeSpan.FromHours(2), _clock), new StatusArea(_served, "Shop & Co", _clock), new JobsArea(_jobs.Jobs, _jobs.History));
        _client = new() { BaseAddress = _server.Address };
    }

    [TearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await _jobs.DisposeAsync();
        _served.Dispose();
        _shop.Dispose();
    }

    [Test]
    public async Task Health_TellsADeadProcessFromNoDataAndFromOldData()
    {
        Assert.That(await Ask("health/live"), Is.EqualTo((HttpStatusCode.OK, "alive")));
        Assert.That(await Ask("health/ready"), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "empty")));
        Load();
        Assert.That(await Ask("health/ready"), Is.EqualTo((HttpStatusCode.OK, "ready")));
        Assert.That(await Ask("health/fresh"), Is.EqualTo((HttpStatusCode.OK, "ready")));
        _clock.Shift(TimeSpan.FromHours(3));
        Assert.That(await Ask("health/ready"), Is.EqualTo((HttpStatusCode.OK, "stale")));
        Assert.That(await Ask("health/fresh"), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "stale")));
        Assert.That(await Ask("health/live"), Is.EqualTo((HttpStatusCode.OK, "alive")));
        Assert.That((await _client.GetAsync("health/else")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Pages_TellOfLoadsAndJobs_AndEscapeNames()
    {
        Load();
        var status = await _client.GetStringAsync("status");
        Assert.That(status, Does.Contain("<h1>Shop &amp; Co</h1>").And.Contain("Run 1, published").And.Contain("<td>shop<td>lines<td>"));
        _jobs.Jobs.Trigger("load <1>");
        await _jobs.Ended(1);
        var jobs = await _client.GetStringAsync("crm/jobs");
        Assert.That(jobs, Does.Contain("<td>load &lt;1&gt;<td>run<td>0 5 * * * UTC").And.Contain("<a href=\"/crm/jobs/1\">1</a>"));
        Assert.That(await _client.GetStringAsync("crm/jobs/1"), Does.Contain("load &lt;1&gt; was here"));
        Assert.That((await _client.GetAsync("jobs/99")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await _client.PostAsync("jobs/1", null)).StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
    }

    [Test]
    public async Task Buttons_FromTheJobsPage_RunPauseAndResume()
    {
        Assert.That(await Press("pause", "load <1>"), Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(_jobs.Jobs.List()[0].IsPaused, Is.True);
        Assert.That(await _client.GetStringAsync("jobs"), Does.Contain("value=\"resume\"").And.Contain("value=\"load &lt;1&gt;\""));
        Assert.That(await Press("resume", "load <1>"), Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(_jobs.Jobs.List()[0].IsPaused, Is.False);
        Assert.That(await Press("run", "load <1>"), Is.EqualTo(HttpStatusCode.Redirect));
        await _jobs.Ended(1);
        Assert.That(await Press("cancel", "load <1>"), Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(await Press("run", "another"), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await Press("delete", "load <1>"), Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [TestCase("cross-site", null, true)]
    [TestCase("same-site", null, true)]
    [TestCase("", "http://evil.example", true)]
    [TestCase("", null, true)]
    [TestCase("same-origin", null, false)]
    public async Task Buttons_FromElsewhereOrWithoutTheirWord_DoNothing(string site, string? origin, bool hasWord)
    {
        Assert.That(await Press("pause", "load <1>", site, origin, hasWord), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(_jobs.Jobs.List()[0].IsPaused, Is.False);
    }

    private async Task<HttpStatusCode> Press(string does, string job, string site = "same-origin", string? origin = null, bool hasWord = true)
    {
        var page = await _client.GetStringAsync("jobs");
        var at = page.IndexOf("name=\"proof\" value=\"", StringComparison.Ordinal) + 20;
        var word = page[at..page.IndexOf('"', at)];
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = _client.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("jobs", UriKind.Relative))
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["job"] = job, ["do"] = does, ["proof"] = hasWord ? word : "guessed" }),
        };
        if (site.Length > 0)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    [TestCase("crm.example.com", HttpStatusCode.OK)]
    [TestCase("CRM.example.com:8443", HttpStatusCode.OK)]
    [TestCase("evil.example.com", HttpStatusCode.MisdirectedRequest)]
    public async Task Get_UnderAnotherName_IsAnsweredWhenTheProjectNamesIt(string host, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "crm/") { Headers = { Host = host } };
        using var response = await _client.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(status));
    }

    [Test]
    public async Task Get_UnderTheBasePath_LinksUnderIt()
    {
        Directory.CreateDirectory(Path.Combine(_shop.Folder, "out"));
        await File.WriteAllTextAsync(Path.Combine(_shop.Folder, "out", "sales.html"), "<h1>Sales</h1>");
        var page = await _client.GetStringAsync("crm/");
        Assert.That(page, Does.Contain("href=\"/crm/sales.html\"").And.Contain("href=\"/crm/jobs\""));
        Assert.That(await _client.GetStringAsync("crm/sales.html"), Is.EqualTo("<h1>Sales</h1>"));
        Assert.That(await _client.GetStringAsync("sales.html"), Is.EqualTo("<h1>Sales</h1>"));
        Assert.That((await _client.GetAsync("crmx/sales.html")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    private void Load()
    {
        var project = Composition.ReadProject(_shop.Folder);
        Composition.Run(project, new CommandContext(Stream.Null, TextWriter.Null, CancellationToken.None) { Served = _served, Wait = TimeSpan.FromMinutes(1) }, "the test", new(), null);
    }

    private async Task<(HttpStatusCode, string)> Ask(string path)
    {
        using var response = await _client.GetAsync(path);
        using var json = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (response.StatusCode, json.RootElement.GetProperty("status").GetString()!);
    }
}
