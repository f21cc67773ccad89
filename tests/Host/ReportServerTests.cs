using System.Net;
using System.Net.Sockets;
using System.Text;
using Crm.Analytics.Host.Web;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Host;

internal sealed class ReportServerTests
{
    private string _folder = "";
    private ReportServer _server = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _folder = Directory.CreateTempSubdirectory("crm-serve-").FullName;
        var shown = Directory.CreateDirectory(Path.Combine(_folder, "out"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "secret.txt"), "secret");
        await File.WriteAllTextAsync(Path.Combine(shown.FullName, "sales <1>.html"), "<h1>Sales</h1>");
        await File.WriteAllTextAsync(Path.Combine(shown.FullName, ".written"), "{}");
        Directory.CreateDirectory(Path.Combine(shown.FullName, "inner"));
        if (!OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(Path.Combine(shown.FullName, "link.html"), Path.Combine(_folder, "secret.txt"));
        }

        _server = await ReportServer.StartAsync(shown.FullName, 0, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Get_AReport_AnswersItUnderAPolicyThatLoadsNothing()
    {
        using var client = new HttpClient { BaseAddress = _server.Address };
        using var response = await client.GetAsync("/sales%20%3C1%3E.html");
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("<h1>Sales</h1>"));
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/html; charset=utf-8"));
        Assert.That(response.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'none'"));
        Assert.That(response.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
    }

    [Test]
    public async Task Get_TheRoot_ListsReportsAndNothingElse()
    {
        using var client = new HttpClient { BaseAddress = _server.Address };
        var page = await client.GetStringAsync("/");
        Assert.That(page, Does.Contain("href=\"/sales%20%3C1%3E.html\">sales &lt;1&gt;.html<"));
        Assert.That(page, Does.Not.Contain(".written").And.Not.Contain("inner").And.Not.Contain("link.html"));
    }

    [TestCase("/../secret.txt")]
    [TestCase("/%2e%2e/secret.txt")]
    [TestCase("/..%2fsecret.txt")]
    [TestCase("/%2e%2e%5csecret.txt")]
    [TestCase("/inner/../../secret.txt")]
    [TestCase("/.written")]
    [TestCase("/link.html")]
    [TestCase("/inner")]
    [TestCase("//etc/passwd")]
    [TestCase("/nothing.html")]
    public async Task Get_WhatIsNoReport_IsNotFound(string path)
    {
        Assert.That(await StatusOf($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{_server.Address.Port}\r\nConnection: close\r\n\r\n"), Is.EqualTo(404).Or.EqualTo(400));
    }

    [TestCase("evil.example")]
    [TestCase("evil.example:{port}")]
    [TestCase("127.0.0.1:1")]
    [TestCase("127.0.0.1.evil.example:{port}")]
    public async Task Get_UnderAnotherHostsName_IsMisdirected(string host)
    {
        host = host.Replace("{port}", $"{_server.Address.Port}", StringComparison.Ordinal);
        Assert.That(await StatusOf($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), Is.EqualTo(421));
    }

    [TestCase("POST")]
    [TestCase("PUT")]
    [TestCase("DELETE")]
    [TestCase("TRACE")]
    public async Task Send_AnotherMethod_IsRefused(string method)
    {
        Assert.That(await StatusOf($"{method} / HTTP/1.1\r\nHost: localhost:{_server.Address.Port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), Is.EqualTo(405));
    }

    [Test]
    public async Task Start_OnATakenPort_SaysSo()
    {
        var error = (await Assert.ThrowsAsync<CrmException>(() => ReportServer.StartAsync(_folder, _server.Address.Port, CancellationToken.None)))!;
        Assert.That(error.Found, Does.Contain($"port {_server.Address.Port}"));
    }

    // Raw, since a client would clean the path and set the host by itself.
    private async Task<int> StatusOf(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _server.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        var status = await reader.ReadLineAsync();
        return int.Parse(status!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
