using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Crm.Analytics.Tests.EndToEnd;

/// <summary>Who may do what on a server to which some were given access: every role at every door.</summary>
internal sealed class AccessTests
{
    private const string Query = """{"query": {"measures": ["sales.lines"]}}""";
    private const string Rows = """{"query": {"measures": ["sales.lines"], "limit": 1}, "go": "through"}""";
    private const string Password = "seven quiet otters";
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private ServedProject _served = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _served = await ServedProject.Start();
        foreach (var role in new[] { "viewer", "analyst", "engineer", "administrator" })
        {
            var made = await CrmProgram.RunIn(_served.Folder, "token", "create", role, "--role", role, "--json");
            Assert.That(made.Code, Is.Zero, made.ToString());
            _tokens[role] = made.Json().GetProperty("token").GetString()!;
        }

        await Add("ada", Password);
    }

    [OneTimeTearDown]
    public void Stop() => _served.Dispose();

    [TestCase("", "v1/load", 401)]
    [TestCase("", "v1/meta", 401)]
    [TestCase("", "v1/sql", 401)]
    [TestCase("", "v1/drill", 401)]
    [TestCase("", "v1/openapi.json", 401)]
    [TestCase("", "", 302)]
    [TestCase("", "sales_overview.html", 302)]
    [TestCase("", "v1/command", 401)]
    [TestCase("wrong", "v1/load", 401)]
    [TestCase("wrong", "sales_overview.html", 302)]
    [TestCase("viewer", "v1/load", 200)]
    [TestCase("wrong", "v1/drill", 401)]
    [TestCase("viewer", "v1/drill", 200)]
    [TestCase("viewer", "v1/meta", 200)]
    [TestCase("viewer", "v1/sql", 403)]
    [TestCase("viewer", "v1/openapi.json", 200)]
    [TestCase("viewer", "sales_overview.html", 200)]
    [TestCase("viewer", "v1/command", 401)]
    [TestCase("analyst", "v1/load", 200)]
    [TestCase("analyst", "v1/drill", 200)]
    [TestCase("analyst", "v1/sql", 200)]
    [TestCase("analyst", "v1/command", 401)]
    [TestCase("engineer", "v1/sql", 200)]
    [TestCase("engineer", "v1/command", 401)]
    [TestCase("administrator", "v1/sql", 200)]
    [TestCase("administrator", "sales_overview.html", 200)]
    [TestCase("administrator", "v1/command", 401)]
    public async Task Door_ForARole_IsOpenOrShut(string role, string path, int status)
    {
        var isQuestion = path is "v1/load" or "v1/sql" or "v1/drill" or "v1/command";
        using var request = new HttpRequestMessage(isQuestion ? HttpMethod.Post : HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (isQuestion)
        {
            request.Content = new StringContent(path == "v1/drill" ? Rows : Query, Encoding.UTF8, "application/json");
        }

        if (role.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _tokens.GetValueOrDefault(role, "crm_wrong"));
        }

        using var answer = await Send(request);
        Assert.That((int)answer.StatusCode, Is.EqualTo(status), await answer.Content.ReadAsStringAsync());
    }

    [Test]
    public async Task SignIn_FromOurPage_OpensAndSignOutShuts()
    {
        using var refused = await SignIn("ada", "wrong password here", "same-origin");
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        using var elsewhere = await SignIn("ada", Password, "cross-site");
        Assert.That(elsewhere.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));

        using var entered = await SignIn("ada", Password, "same-origin");
        Assert.That(entered.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(entered.Headers.Location!.OriginalString, Is.EqualTo("/sales_overview.html"));
        var cookie = entered.Headers.GetValues("Set-Cookie").Single();
        Assert.That(cookie, Does.Contain("httponly").And.Contain("samesite=strict"));
        var session = cookie.Split(';')[0];
        Assert.That(await Status(session), Is.EqualTo(HttpStatusCode.OK));

        using var outgoing = new HttpRequestMessage(HttpMethod.Post, new Uri("sign-out", UriKind.Relative)) { Headers = { { "Cookie", session }, { "Sec-Fetch-Site", "same-origin" } } };
        using var left = await Send(outgoing);
        Assert.That(await Status(session), Is.EqualTo(HttpStatusCode.Redirect));
    }

    [TestCase("//evil.example")]
    [TestCase("https://evil.example")]
    [TestCase("/\\evil.example")]
    [TestCase("/a\r\nSet-Cookie: crm_session=mine")]
    [TestCase("/sign-out")]
    [TestCase("javascript:alert(1)")]
    [TestCase("evil.example")]
    public async Task SignIn_ToAnotherServer_LeadsHome(string next)
    {
        using var entered = await SignIn("ada", Password, "same-origin", next);
        Assert.That(entered.Headers.Location!.OriginalString, Is.EqualTo("/"));
    }

    [Test]
    public async Task Token_Revoked_IsShutAtOnce()
    {
        var made = await CrmProgram.RunIn(_served.Folder, "token", "create", "brief", "--json");
        var token = made.Json().GetProperty("token").GetString()!;
        Assert.That(await WithToken(token), Is.EqualTo(HttpStatusCode.OK));
        await CrmProgram.RunIn(_served.Folder, "token", "revoke", "brief");
        Assert.That(await WithToken(token), Is.EqualTo(HttpStatusCode.Unauthorized));
        var list = await CrmProgram.RunIn(_served.Folder, "token", "list");
        Assert.That(list.Output, Does.Contain("analyst").And.Not.Contain("brief").And.Not.Contain("crm_"));
    }

    [Test]
    public async Task AuditLog_OfWhatWasAskedAndWhoSignedIn_TellsItAndIsWhole()
    {
        const string secretive = "Nobody-Shall-Read-This";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("v1/load", UriKind.Relative))
        {
            Content = new StringContent("{\"query\": {\"measures\": [\"sales.lines\"], \"filters\": [{\"member\": \"customer.id\", \"operator\": \"equals\", \"values\": [\"" + secretive + "\"]}]}}", Encoding.UTF8, "application/json"),
            Headers = { Authorization = new("Bearer", _tokens["analyst"]) },
        };
        using var answer = await Send(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        using var wrong = await SignIn(secretive, secretive, "same-origin");
        using var entered = await SignIn("ada", Password, "same-origin");
        var list = (await CrmProgram.RunIn(_served.Folder, "audit", "list", "--limit", "1000", "--json")).Json().GetProperty("entries").EnumerateArray()
            .Select(e => string.Join('|', new[] { "who", "through", "did", "what", "ended" }.Select(k => e.GetProperty(k).GetString()))).ToList();
        Assert.That(list, Has.Some.EqualTo("analyst|web|query|/v1/load sales.lines where customer.id|200"));
        Assert.That(list, Has.Some.EqualTo("(unknown)|web|sign-in|/sign-in|401"));
        Assert.That(list, Has.Some.EqualTo("ada|web|sign-in|/sign-in|302"));
        Assert.That(list, Has.Some.Contains("|console|token create|analyst --role analyst|0"));
        Assert.That((await CrmProgram.RunIn(_served.Folder, "audit", "verify")).Code, Is.Zero);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_served.Folder, "audit")))
        {
            Assert.That(await File.ReadAllTextAsync(file), Does.Not.Contain(secretive).And.Not.Contain(Password).And.Not.Contain(_tokens["analyst"]));
        }
    }

    [TestCase("explore?m=sales.lines&q=Nobody-Shall-Read-This", "page|/explore m #")]
    [TestCase("reports/sales_overview", "page|/reports/sales_overview|200")]
    public async Task AuditLog_OfAPage_TellsWhoSawItWithoutValues(string path, string told)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Headers = { Authorization = new("Bearer", _tokens["viewer"]) } };
        using var answer = await Send(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        var list = (await CrmProgram.RunIn(_served.Folder, "audit", "list", "--who", "viewer", "--did", "page", "--limit", "1000", "--json")).Json().GetProperty("entries").EnumerateArray()
            .Select(e => string.Join('|', new[] { "did", "what", "ended" }.Select(k => e.GetProperty(k).GetString()))).ToList();
        Assert.That(list, Has.Some.StartsWith(told).And.None.Contains("sales.lines").And.None.Contains("Nobody"));
    }

    [TestCase("jobs", "viewer", 403)]
    [TestCase("jobs", "analyst", 403)]
    [TestCase("jobs", "", 302)]
    [TestCase("status", "viewer", 403)]
    [TestCase("status", "engineer", 200)]
    [TestCase("jobs", "engineer", 200)]
    [TestCase("health/live", "", 200)]
    public async Task Page_OfTheServer_ForARole_IsOpenOrShut(string path, string role, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (role.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _tokens[role]);
        }

        using var answer = await Send(request);
        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
        Assert.That(answer.Headers.GetValues("Content-Security-Policy").Single(), Does.Contain("default-src 'none'").And.Not.Contain("script-src"));
        Assert.That(answer.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
    }

    [TestCase("v1/load", "application/json", 1_100_000)]
    [TestCase("sign-in", "application/x-www-form-urlencoded", 20_000)]
    [TestCase("sales_overview.html", "text/plain", 10)]
    public async Task Body_LongerThanItMayBe_IsRefusedAndTheServerGoesOn(string path, string type, int bytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
        {
            Content = new StringContent(type == "application/json" ? $"{{\"query\": \"{new string('x', bytes)}\"}}" : $"name={new string('x', bytes)}", Encoding.UTF8, type),
            Headers = { { "Sec-Fetch-Site", "same-origin" } },
        };
        request.Headers.Authorization = new("Bearer", _tokens["viewer"]);
        using var answer = await Send(request);
        Assert.That((int)answer.StatusCode, Is.EqualTo(path.EndsWith(".html", StringComparison.Ordinal) ? 405 : 413));
        Assert.That(await WithToken(_tokens["viewer"]), Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("viewer")]
    [TestCase("analyst")]
    public async Task JobButtons_ForARoleThatMayNot_AreShut(string role)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("jobs", UriKind.Relative))
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["job"] = "load", ["do"] = "run" }),
            Headers = { { "Sec-Fetch-Site", "same-origin" } },
        };
        request.Headers.Authorization = new("Bearer", _tokens[role]);
        using var answer = await Send(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    private async Task<HttpStatusCode> WithToken(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("v1/meta", UriKind.Relative)) { Headers = { Authorization = new("Bearer", token) } };
        using var answer = await Send(request);
        return answer.StatusCode;
    }

    private async Task<HttpStatusCode> Status(string session)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("sales_overview.html", UriKind.Relative)) { Headers = { { "Cookie", session } } };
        using var answer = await Send(request);
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> SignIn(string name, string password, string site, string next = "/sales_overview.html")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("sign-in", UriKind.Relative))
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["name"] = name, ["password"] = password, ["next"] = next }),
            Headers = { { "Sec-Fetch-Site", site } },
        };
        return await Send(request);
    }

    private Task<HttpResponseMessage> Send(HttpRequestMessage request) => _served.Plain.SendAsync(request);

    /// <summary>The password goes in on standard input.</summary>
    private async Task Add(string name, string password)
    {
        var folder = _served.Folder;
        using var process = CrmProgram.Start(folder, leaveInput: true, "user", "add", name);
        await process.StandardInput.WriteLineAsync(password);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, await process.StandardError.ReadToEndAsync());
    }
}
