using System.Net;
using Crm.Analytics.Tests.Connectors.Records;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Network;
using Microsoft.AspNetCore.Http;

namespace Crm.Analytics.Tests.Connectors.Http;

internal sealed class AddressTests
{
    [TestCase("127.0.0.1", false)]
    [TestCase("127.8.8.8", false)]
    [TestCase("0.0.0.0", false)]
    [TestCase("10.1.2.3", false)]
    [TestCase("100.64.0.1", false)]
    [TestCase("100.128.0.1", true)]
    [TestCase("169.254.169.254", false)]
    [TestCase("172.16.0.1", false)]
    [TestCase("172.32.0.1", true)]
    [TestCase("192.168.1.1", false)]
    [TestCase("198.18.0.1", false)]
    [TestCase("224.0.0.1", false)]
    [TestCase("255.255.255.255", false)]
    [TestCase("8.8.8.8", true)]
    [TestCase("::", false)]
    [TestCase("::1", false)]
    [TestCase("::ffff:127.0.0.1", false)]
    [TestCase("::ffff:10.0.0.1", false)]
    [TestCase("::ffff:8.8.8.8", true)]
    [TestCase("::127.0.0.1", false)]
    [TestCase("64:ff9b::7f00:1", false)]
    [TestCase("fc00::1", false)]
    [TestCase("fd12:3456::1", false)]
    [TestCase("fe80::1", false)]
    [TestCase("fec0::1", false)]
    [TestCase("ff02::1", false)]
    [TestCase("2001:db8::1", false)]
    [TestCase("2002:7f00:1::", false)]
    [TestCase("2606:4700::1111", true)]
    public void IsPublic_OfAnAddress_IsWhatTheRegistriesSay(string address, bool isPublic)
        => Assert.That(AddressGuard.IsPublic(IPAddress.Parse(address)), Is.EqualTo(isPublic));

    [TestCase("10.0.0.0/8", "x", "10.2.3.4", true)]
    [TestCase("10.0.0.0/8", "x", "11.2.3.4", true)]
    [TestCase("10.0.0.0/8", "x", "192.168.0.1", false)]
    [TestCase("192.168.0.1", "x", "::ffff:192.168.0.1", true)]
    [TestCase("Api.Internal", "api.internal", "10.0.0.1", true)]
    [TestCase("api.internal", "other.internal", "10.0.0.1", false)]
    [TestCase("fd00::/8", "x", "fd00::1", true)]
    public void Allows_WhatTheProjectAllows_AndNothingElse(string allowed, string host, string address, bool allows)
        => Assert.That(new AddressGuard([allowed]).Allows(host, IPAddress.Parse(address)), Is.EqualTo(allows));

    [TestCase("127.0.0.1")]
    [TestCase("localhost")]
    [TestCase("2130706433")]
    [TestCase("0x7f.1")]
    [TestCase("[::ffff:127.0.0.1]")]
    public async Task Extract_FromThisMachine_IsRefusedUnlessAllowed(string host)
    {
        await using var api = await ServedApi.Start("[]");
        using var project = new ConnectorProject(
            $"source: api\nconnector: http\nurl: {api.Url.Replace("127.0.0.1", host, StringComparison.Ordinal)}\nstreams:\n  orders: {{path: orders}}\n", settings: "");
        var error = Assert.Throws<CrmException>(() => project.Land())!;
        Assert.That(error.Message, Does.Contain("not a public address").And.Contain("allow_private_addresses"));
        Assert.That(api.Requests, Is.Empty);
    }

    [Test]
    public async Task Extract_RedirectedWithinTheServer_StaysAuthorised()
    {
        await using var api = await ServedApi.Start((context, n) => n < 5 ? Redirect(context, $"/moved{n}", 301 + (n % 2)) : ServedApi.Json(context, "[{\"id\":1}]"));
        using var project = new ConnectorProject(Source(api), secrets: ("TOKEN", "t0ken"));
        Assert.That(project.Rows(project.Land(), "id"), Is.EqualTo(new[] { "1" }));
        Assert.That(api.Requests.Select(r => $"{r.Path} {r.Headers.GetValueOrDefault("Authorization")} {r.Headers.GetValueOrDefault("X-Shop")}"),
            Is.EqualTo(new[] { "orders", "moved0", "moved1", "moved2", "moved3", "moved4" }.Select(p => $"/{p} Bearer t0ken secret-shop")));
    }

    [Test]
    public async Task Extract_RedirectedToAnotherServer_TakesNoCredentialsAlong()
    {
        await using var other = await ServedApi.Start((context, n) => n == 0 ? Redirect(context, "/again", 307) : ServedApi.Json(context, "[{\"id\":1}]"));
        await using var api = await ServedApi.Start((context, _) => Redirect(context, $"{other.Url}/orders", 302));
        using var project = new ConnectorProject(Source(api), secrets: ("TOKEN", "t0ken"));
        project.Land();
        Assert.That(other.Requests, Has.Count.EqualTo(2));
        Assert.That(other.Requests.SelectMany(r => r.Headers.Values).Concat(other.Requests.Select(r => r.Query)), Has.None.Contains("t0ken").And.None.Contains("secret-shop"));
    }

    [TestCase("/again", "more than 5 redirects")]
    [TestCase("file:///etc/passwd", "a redirect to file:")]
    [TestCase("http://169.254.169.254/latest/meta-data", "not a public address")]
    [TestCase("http://[::1]/", "not a public address")]
    public async Task Extract_RedirectedWhereItMustNot_Ends(string to, string found)
    {
        await using var api = await ServedApi.Start((context, _) => Redirect(context, to, 302));
        using var project = new ConnectorProject(Source(api), secrets: ("TOKEN", "t0ken"));
        Assert.That(Assert.Throws<CrmException>(() => project.Land())!.Message, Does.Contain(found).And.Not.Contain("t0ken"));
    }

    [Test]
    public async Task Extract_ABodyRedirectedToAnotherServer_IsNotSent()
    {
        await using var other = await ServedApi.Start("[]");
        await using var api = await ServedApi.Start((context, _) => Redirect(context, $"{other.Url}/orders", 307));
        using var project = new ConnectorProject($"source: api\nconnector: http\nurl: {api.Url}\nstreams:\n  orders: {{method: POST, body: {{a: 1}}}}\n");
        Assert.That(Assert.Throws<CrmException>(() => project.Land())!.Found, Does.StartWith("a redirect of a body"));
        Assert.That(other.Requests, Is.Empty);
    }

    private static string Source(ServedApi api) =>
        $"source: api\nconnector: http\nurl: {api.Url}\nauth: bearer\ntoken: ${{TOKEN}}\nheaders: {{X-Shop: secret-shop}}\nstreams:\n  orders: {{path: orders}}\n";

    private static Task Redirect(HttpContext context, string to, int status)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Location = to;
        return Task.CompletedTask;
    }
}
