using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Crm.Analytics.Tests.Connectors.Http;

/// <summary>A request as the server got it.</summary>
internal sealed record Asked(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>An HTTP server of a test on a free port of 127.0.0.1.</summary>
internal sealed class ServedApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<Asked> _asked = [];

    private ServedApi(WebApplication app) => _app = app;

    public string Url { get; private set; } = "";

    /// <summary>Every request so far.</summary>
    public IReadOnlyList<Asked> Requests
    {
        get
        {
            lock (_asked)
            {
                return [.. _asked];
            }
        }
    }

    /// <summary>Starts a server.</summary>
    /// <param name="answer">Answers a request, told how many came before it.</param>
    public static async Task<ServedApi> Start(Func<HttpContext, int, Task> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var api = new ServedApi(builder.Build());
        api._app.Run(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            var asked = new Asked(context.Request.Method, context.Request.Path, context.Request.QueryString.Value ?? "",
                context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), await body.ReadToEndAsync());
            int before;
            lock (api._asked)
            {
                before = api._asked.Count;
                api._asked.Add(asked);
            }

            await answer(context, before);
        });
        await api._app.StartAsync();
        api.Url = api._app.Urls.First();
        return api;
    }

    /// <summary>Starts a server that answers the same JSON to everything, or what it is given in turn; the last again and again.</summary>
    public static Task<ServedApi> Start(params string[] json) => Start((context, n) => Json(context, json[Math.Min(n, json.Length - 1)]));

    public static Task Json(HttpContext context, string json, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
