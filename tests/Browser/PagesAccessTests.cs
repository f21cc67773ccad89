using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Crm.Analytics.Host.Cli;
using Crm.Analytics.Tests.Architecture;

namespace Crm.Analytics.Tests.Browser;

/// <summary>What access policies keep from somebody is kept from them on every page, whatever the address says.</summary>
internal sealed class PagesAccessTests
{
    private const string Everything = "9,747,748";

    private const string Policy = """

            access_policy:
              - group: south
                row_level: {filters: [{member: geography.country, operator: equals, values: [France]}]}
                member_level: {excludes: [orders]}

        """;

    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private ServedSample _served = null!;
    private HttpClient _plain = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _served = await ServedSample.Serve("online-retail", folder =>
        {
            var cube = File.ReadAllText(Path.Combine(SourceTree.Root, "warehouse", "Crm", "cubes", "sales.yaml"));
            Directory.CreateDirectory(Path.Combine(folder, "model", "cubes"));
            File.WriteAllText(Path.Combine(folder, "model", "cubes", "sales.yaml"), cube.TrimEnd() + Policy);
            Token(folder, "viewer", "--role", "viewer", "--group", "south");
            Token(folder, "analyst", "--role", "analyst", "--group", "south");
            Token(folder, "stranger", "--role", "viewer");
            Token(folder, "owner", "--role", "administrator");
        });
        _plain = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = _served.Address, Timeout = TimeSpan.FromMinutes(2) };
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _plain?.Dispose();
        if (_served is not null)
        {
            await _served.DisposeAsync();
        }
    }

    [TestCase("reports/sales_overview")]
    [TestCase("drill?m=sales.revenue&by=geography.country")]
    [TestCase("explore?m=sales.revenue&by=geography.country")]
    public async Task Page_ForAGroupOfSomeRows_ShowsThoseRowsAlone(string path)
    {
        var (status, page) = await Get("viewer", path);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), page);
        Assert.That(page, Does.Contain("France").And.Not.Contain("EIRE").And.Not.Contain("Germany").And.Not.Contain(Everything));
        var (_, all) = await Get("owner", path);
        Assert.That(all, Does.Contain("EIRE").And.Contain(Everything));
        var (_, again) = await Get("viewer", path);
        Assert.That(again, Does.Not.Contain("EIRE"), "what was remembered for others is not theirs");
    }

    [TestCase("reports/sales_overview.csv")]
    [TestCase("reports/sales_overview/country_table.csv")]
    [TestCase("explore/table.csv?m=sales.revenue&by=geography.country")]
    public async Task File_ForAGroupOfSomeRows_HoldsThoseRowsAlone(string path)
    {
        // A whole report with a member that is kept from the asker is refused; a table without it is not.
        var (status, file) = await Get("viewer", path);
        Assert.That(file, Does.Not.Contain("EIRE"));
        Assert.That(status, path.Contains("explore", StringComparison.Ordinal) ? Is.EqualTo(HttpStatusCode.OK) : Is.Not.EqualTo(HttpStatusCode.OK), file);
    }

    [Test]
    public async Task Search_ForAGroupOfSomeRows_FindsTheirCustomersAlone()
    {
        // 12347 bought from Iceland, 12413 from France.
        Assert.That((await Get("viewer", "search?q=12347")).Text, Does.Not.Contain("/drill?"));
        Assert.That((await Get("viewer", "search?q=12413")).Text, Does.Contain("12413"));
        Assert.That((await Get("owner", "search?q=12347")).Text, Does.Match("<a href=\"[^\"]*12347"));
    }

    [Test]
    public async Task Rows_AreForAnalystsAndTheirRowsAlone()
    {
        const string path = "rows?m=sales.revenue&by=geography.country";
        Assert.That((await Get("viewer", path)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await Get("viewer", path.Replace("?", ".csv?", StringComparison.Ordinal))).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        var (status, page) = await Get("analyst", path);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), page);
        Assert.That(page, Does.Contain("France").And.Not.Contain("EIRE"));
        var (_, csv) = await Get("analyst", path.Replace("?", ".csv?", StringComparison.Ordinal));
        Assert.That(csv.Split('\n').Skip(1).Where(l => l.Length > 0 && l[0] != '#'), Is.All.Contains("France"));
    }

    [Test]
    public async Task Member_KeptFromAGroup_IsNotThere()
    {
        Assert.That((await Get("viewer", "explore?cube=sales")).Text, Does.Contain("value=\"sales.revenue\"").And.Not.Contain("value=\"sales.orders\""));
        var (status, page) = await Get("viewer", "drill?m=sales.orders&by=geography.country");
        Assert.That((status, Regex.IsMatch(page, "<td class=\"number\">")), Is.EqualTo((HttpStatusCode.OK, false)));
        Assert.That((await Get("viewer", "search?q=sales.orders")).Text, Does.Not.Contain("m=sales.orders&amp;").And.Not.Contain("m=sales.orders\""));
    }

    [Test]
    public async Task Report_OfWhatIsNotOpen_IsNotListedNorShown()
    {
        Assert.That((await Get("stranger", "")).Text, Does.Not.Contain("/reports/sales_overview"));
        Assert.That((await Get("stranger", "reports/sales_overview")).Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await Get("stranger", "drill?m=sales.revenue&by=geography.country")).Status, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task Keeping_AReport_NeedsAnAnalystAndOurOwnPage()
    {
        const string path = "explore?m=sales.revenue&by=geography.country";
        Assert.That(await Save("viewer", path, "same-origin"), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await Save("analyst", path, "cross-site"), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await Save("analyst", path, "same-origin", "../../evil"), Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await Save("analyst", path, "same-origin"), Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(File.Exists(Path.Combine(_served.Folder, "reports", "kept.yaml")), Is.True);
    }

    [Test]
    public async Task Nobody_IsLedToSignInAndBack()
    {
        using var answer = await _plain.GetAsync(new Uri("reports/sales_overview?country=France", UriKind.Relative));
        Assert.That((answer.StatusCode, answer.Headers.Location!.OriginalString), Is.EqualTo((HttpStatusCode.Redirect, "/sign-in?next=%2Freports%2Fsales_overview%3Fcountry%3DFrance")));
    }

    private async Task<HttpStatusCode> Save(string who, string path, string site, string name = "kept")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["name"] = name }),
            Headers = { { "Sec-Fetch-Site", site } },
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _tokens[who]);
        using var answer = await _plain.SendAsync(request);
        return answer.StatusCode;
    }

    private async Task<(HttpStatusCode Status, string Text)> Get(string who, string path)
    {
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _tokens[who]);
            using var answer = await _plain.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            if (!text.Contains("http-equiv=\"refresh\"", StringComparison.Ordinal))
            {
                return (answer.StatusCode, text);
            }
        }
    }

    private void Token(string folder, string name, params string[] options)
    {
        using var made = new MemoryStream();
        using var said = new StringWriter();
        Assert.That(CommandLine.Run(["token", "create", name, .. options, "--json", "--project", folder], made, said, CancellationToken.None), Is.Zero, said.ToString());
        using var json = JsonDocument.Parse(made.ToArray());
        _tokens[name] = json.RootElement.GetProperty("token").GetString()!;
    }
}
