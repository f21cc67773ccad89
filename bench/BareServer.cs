using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Crm.Analytics.Bench;

/// <summary>A server that reads a request and answers so many bytes: what the framework can do when nothing else is done.</summary>
internal static class BareServer
{
    public static int Run(int length)
    {
        var bytes = new byte[length];
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0));
        using var app = builder.Build();
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = bytes.Length;
            await context.Response.Body.WriteAsync(bytes);
        });
        app.Start();
        Console.Error.WriteLine(app.Urls.First());
        app.WaitForShutdown();
        return 0;
    }
}
