using System.Net;
using System.Text;
using System.Text.Json;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Host.Web;
using Crm.Analytics.Host.Web.Api;
using Crm.Analytics.Tests.Oracle;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Microsoft.AspNetCore.Http;

namespace Crm.Analytics.Tests.Web;

/// <summary>Answers over HTTP from a published star, in this process; the header <c>X-Asker</c> says who asks.</summary>
internal sealed class ServedStar : IAsyncDisposable
{
    private static readonly SourceLocation Here = new("model/cubes.yaml", 1, 1);
    private readonly AdventureWorksStar _star;
    private readonly ServedWarehouse _served;
    private readonly ReportServer _server;
    private readonly string _folder;

    private ServedStar(AdventureWorksStar star, ServedWarehouse served, ReportServer server, string folder, List<Exception> faults)
    {
        (_star, _served, _server, _folder, Faults) = (star, served, server, folder, faults);
        Http = new() { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(2) };
    }

    /// <summary>A client.</summary>
    public HttpClient Http { get; }

    /// <summary>The star.</summary>
    public AdventureWorksStar Star => _star;

    /// <summary>Faults of the program that the server told of.</summary>
    public List<Exception> Faults { get; }

    /// <summary>The folder that answers as files are written to.</summary>
    public string Folder => _folder;

    /// <summary>Serves the star, its cube <c>web</c> under policies: France sees France alone, no costs, and cities masked; the board sees all.</summary>
    public static async Task<ServedStar> Start()
    {
        var star = new AdventureWorksStar();
        var folder = Directory.CreateTempSubdirectory("crm-star-").FullName;
        var web = star.Project.Catalogue.Cubes["web"] with
        {
            AccessPolicies =
            [
                new AccessPolicy("country", Here)
                {
                    Rows = [new RowRule("territory.country", "equals", ["{securityContext.country}"], Here)],
                    Excludes = ["cost", "buyer.income"],
                    Masked = ["buyer.city", "highest"],
                },
                new AccessPolicy("board", Here),
            ],
        };
        var project = star.Project with { Catalogue = star.Project.Catalogue with { Cubes = star.Project.Catalogue.Cubes.ToDictionary(c => c.Key, c => c.Key == "web" ? web : c.Value) } };
        var path = Path.Combine(folder, "warehouse.duckdb");
        var served = new ServedWarehouse(path, RunFile.Hold(path, "test", TimeSpan.Zero, _ => { }, CancellationToken.None), star.Instance);
        List<Exception> faults = [];
        var questions = new Questions(served, project, e =>
        {
            lock (faults)
                faults.Add(e);
        });
        var server = await ReportServer.StartAsync(folder, 0, CancellationToken.None, new ApiArea(questions, AskerOf, new RowAnswers(questions, folder)));
        return new ServedStar(star, served, server, folder, faults);
    }

    /// <summary>Asks by POST.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Answer)> Ask(string path, string body, string? asker = null)
    {
        var (status, text, _) = await Text(path, body, asker);
        using var json = JsonDocument.Parse(text);
        return (status, json.RootElement.Clone());
    }

    /// <summary>Asks by POST; answers the text and its type.</summary>
    public async Task<(HttpStatusCode Status, string Text, string? Type)> Text(string path, string body, string? asker = null, string? accept = null)
    {
        using var answer = await Send(path, body, asker, accept);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Content.Headers.ContentType?.MediaType);
    }

    /// <summary>Asks by POST.</summary>
    public async Task<HttpResponseMessage> Send(string path, string body, string? asker = null, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (asker is not null)
            request.Headers.Add("X-Asker", asker);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return await Http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.DisposeAsync();
        _served.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Asker? AskerOf(HttpContext context) => context.Request.Headers["X-Asker"].ToString() switch
    {
        "" => Asker.Owner,
        "nobody" => null,
        "france" => new Asker("france", AccessRole.Analyst, ["country"], new Dictionary<string, IReadOnlyList<string>> { ["country"] = ["France"] }),
        var name => new Asker(name, AccessRole.Analyst, [name], new Dictionary<string, IReadOnlyList<string>>()),
    };
}
