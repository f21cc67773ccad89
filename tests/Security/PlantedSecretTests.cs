using System.Text;
using Crm.Analytics.Tests.Connectors.Http;
using Crm.Analytics.Tests.Privacy;
using Microsoft.AspNetCore.Http;

namespace Crm.Analytics.Tests.Security;

/// <summary>A secret that a source is read with stands nowhere but where it was put: not in what is said, not in logs, not in any file, not in the warehouse.</summary>
internal sealed class PlantedSecretTests
{
    private const string Secret = "sk_planted_5f2c71aa90_secret";

    [TestCase(200)]
    [TestCase(401)]
    [TestCase(500)]
    public async Task Secret_ThatAServerSendsBack_StandsNowhere(int status)
    {
        // The worst of servers: it says the token again in its body, its headers and its records.
        await using var api = await ServedApi.Start(async (context, _) =>
        {
            var sent = context.Request.Headers.Authorization.ToString();
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            context.Response.Headers["X-Echo"] = sent;
            await context.Response.WriteAsync(status == 200 ? """[{"id": "1", "at": "2026-01-05T10:00:00", "sku": "MUG", "n": 3, "price": "2.00", "who": "ann"}]""" : $$"""{"error": "you sent {{sent}}"}""");
        });
        using var shop = new PersonShop("security: {allow_private_addresses: 127.0.0.1}\njobs: {load: {do: run}}\n");
        shop.Write("sources/api.yaml", $$$"""
            source: api
            connector: http
            url: {{{api.Url}}}
            auth: bearer
            token: ${PLANTED_TOKEN}
            retries: 1
            streams:
              orders: {columns: {at: timestamp, n: integer, price: "decimal(18,4)"}}
            map:
              order_line: {from: orders, order_id: id, ordered_at: at, customer_id: who, product_id: sku, quantity: n, unit_price: price}
            """);
        shop.Write("secrets/PLANTED_TOKEN", $"{Secret}\n");
        var said = new StringBuilder();
        foreach (var command in new string[][]
        {
            ["run", "--verbose"], ["jobs", "run", "load"], ["jobs", "history"], ["jobs", "history", "--json"], ["source", "test", "api", "--verbose"], ["source", "preview", "api", "orders"], ["source", "list", "--json"],
            ["check", "--verbose"], ["runs", "--json"], ["doctor"], ["audit", "list"], ["quarantine", "list"],
        })
        {
            var (_, output, error) = PersonShop.Run(shop.Folder, command);
            said.Append(output).Append(error);
        }

        Assert.That(api.Requests, Is.Not.Empty);
        Assert.That(api.Requests[0].Headers["Authorization"], Does.EndWith(Secret), "it was sent");
        Assert.That(said.ToString(), Does.Not.Contain(Secret));
        foreach (var file in Directory.EnumerateFiles(shop.Folder, "*", SearchOption.AllDirectories).Where(f => !f.Contains($"{Path.DirectorySeparatorChar}secrets{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
        {
            Assert.That(Encoding.Latin1.GetString(File.ReadAllBytes(file)), Does.Not.Contain(Secret), file);
        }
    }
}
