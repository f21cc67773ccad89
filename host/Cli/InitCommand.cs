using System.CommandLine;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm init</c>: makes a project folder to begin from.</summary>
internal static class InitCommand
{
    private static readonly (string Path, string Text)[] Files =
    [
        ("crm.yaml", """
            name: My CRM
            time_zone: UTC          # IANA name; days and months are counted in it
            currency: EUR           # ISO 4217
            fiscal_year_start: 1    # month
            locale: en-GB
            rfm: {month_ends: 12}

            """),
        ("sources/shop.yaml", """
            # One source: files with a line per order line. Put yours into data/ and change the names on the right.
            source: shop
            connector: files
            streams:
              lines:
                path: data/*.csv
                format: csv
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
                country: country
              customer:
                from: lines
                where: customer_id IS NOT NULL
                customer_id: customer_id
                effective_at: ordered_at
                country: country
            quality:
              - {name: no quantity, rule: quantity <> 0, severity: quarantine, contract: order_line}

            """),
        ("data/example.csv", """
            order_id,ordered_at,customer_id,product_id,quantity,unit_price,country
            1001,2026-01-05 10:00:00,7,MUG,2,6.50,Germany
            1001,2026-01-05 10:00:00,7,TEA,1,4.20,Germany
            1002,2026-01-06 15:30:00,8,MUG,1,6.50,France

            """),
        (".gitignore", """
            data/
            landing/
            out/
            backup/
            secrets/
            deliveries/
            audit/
            privacy/
            *.duckdb*
            server.sqlite*
            access.db*

            """),
    ];

    public static Command Create() => new Command("init", "Make a project folder with an example source to begin from").Does(Run);

    private static int Run(CommandContext context, ParseResult parsed)
    {
        var folder = context.ProjectFolder;
        if (File.Exists(Path.Combine(folder, "crm.yaml")))
        {
            throw new CrmException(FailureKind.WrongUse, "a project is here already", Path.Combine(folder, "crm.yaml"), "a folder without a crm.yaml",
                "Name another folder with --project");
        }

        var made = new List<string>();
        foreach (var (path, text) in Files)
        {
            var file = Path.Combine(folder, path.Replace('/', Path.DirectorySeparatorChar));
            if (File.Exists(file))
            {
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text.ReplaceLineEndings("\n"));
            made.Add(path);
        }

        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("project", folder);
                json.WriteStartArray("made");
                made.ForEach(json.WriteStringValue);
                json.WriteEndArray();
                json.WriteEndObject();
            });
            return 0;
        }

        context.WriteLine($"Made a project in {folder}:");
        made.ForEach(path => context.WriteLine($"  {path}"));
        context.WriteLine("Next: put your files into data/, fit sources/shop.yaml to them, then `crm check` and `crm run`.");
        return 0;
    }
}
