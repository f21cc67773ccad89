using System.Globalization;
using System.Text;
using System.Text.Json;
using Crm.Analytics.Host.Cli;

namespace Crm.Analytics.Tests.Backup;

/// <summary>A project of one source of files, and commands given in it within this process.</summary>
internal sealed class SmallShop : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("crm-shop-").FullName;

    public SmallShop(string more = "")
    {
        Directory.CreateDirectory(Path.Combine(Folder, "data"));
        Directory.CreateDirectory(Path.Combine(Folder, "sources"));
        File.WriteAllText(Path.Combine(Folder, "crm.yaml"), $"name: Small shop\n{more}");
        File.WriteAllText(Path.Combine(Folder, "sources", "shop.yaml"), """
            source: shop
            connector: files
            streams:
              lines:
                path: data/*.csv
                columns: {quantity: integer, ordered_at: timestamp, unit_price: "decimal(18,4)"}
            map:
              order_line:
                from: lines
                order_id: order_id
                ordered_at: ordered_at
                customer_id: customer_id
                product_id: product_id
                quantity: quantity
                unit_price: unit_price
            """);
    }

    /// <summary>Its folder.</summary>
    public string Folder => Path.Combine(_root, "shop");

    /// <summary>A path beside it.</summary>
    public string Beside(string name) => Path.Combine(_root, name);

    /// <summary>Delivers a file of so many lines, each of quantity 1 and price 2.</summary>
    public void Deliver(int day, int lines)
    {
        var text = new StringBuilder("order_id,ordered_at,customer_id,product_id,quantity,unit_price\n");
        for (var line = 0; line < lines; line++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{day}-{line},2026-01-{day:00} 10:00:00,customer-{line % 7},SECRETPRODUCT{line % 3},1,2.0000\n");
        }

        File.WriteAllText(Path.Combine(Folder, "data", $"{day:00}.csv"), text.ToString());
    }

    /// <summary>Gives a command in a project folder.</summary>
    public (int Code, string Output, string Error) Run(string folder, params string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var code = CommandLine.Run([.. arguments, "--project", folder], output, error, CancellationToken.None);
        return (code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    /// <summary>Gives a command in the project, which has to work; answers its JSON.</summary>
    public JsonElement Json(params string[] arguments) => JsonIn(Folder, arguments);

    /// <summary>Gives a command in a project, which has to work; answers its JSON.</summary>
    public JsonElement JsonIn(string folder, params string[] arguments)
    {
        var (code, output, error) = Run(folder, [.. arguments, "--json"]);
        Assert.That(code, Is.Zero, error);
        using var json = JsonDocument.Parse(output);
        return json.RootElement.Clone();
    }

    /// <summary>Lines and revenue that readers see.</summary>
    public (decimal Lines, decimal Revenue) Totals(string folder)
    {
        var row = JsonIn(folder, "query", "--measures", "sales.lines,sales.revenue").GetProperty("data")[0];
        return (Number(row.GetProperty("sales.lines")), Number(row.GetProperty("sales.revenue")));
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_root, recursive: true);
    }

    private static decimal Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDecimal() : decimal.Parse(value.GetString()!, CultureInfo.InvariantCulture);
}
