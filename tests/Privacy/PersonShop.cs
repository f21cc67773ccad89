using System.Text;
using System.Text.Json;
using Crm.Analytics.Host.Cli;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Privacy;

/// <summary>
/// A project of two sources, whose files lie outside of it, with one person in both of them: in orders, cases, points, the quarantine, several versions, written
/// reports and logs of jobs.
/// </summary>
internal sealed class PersonShop : IDisposable
{
    /// <summary>Everything that tells who the person is, in every spelling in which the sources have it.</summary>
    public static readonly string[] Traces = ["Wilhelmina", "Quastenflosser", "wq@coelacanth.example", "WQ@coelacanth.example", "+44 20 7946 0815", "shop:C-4711-X", "C-4711-X", "club:MEMBER-0815", "MEMBER-0815", "12 Abyssal Lane", "LOYAL-99887766"];

    private readonly string _root = Directory.CreateTempSubdirectory("crm-person-").FullName;

    private PersonShop(PersonShop of)
    {
        foreach (var file in Directory.EnumerateFiles(of._root, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_root, Path.GetRelativePath(of._root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public PersonShop(string more = "")
    {
        Write("crm.yaml", $"name: Person shop\n{more}");
        Write("sources/shop.yaml", """
            source: shop
            connector: files
            streams:
              people: {path: ../outside/people*.csv, format: csv, key: id, columns: {at: timestamp}}
              orders: {path: ../outside/orders*.csv, format: csv, columns: {qty: integer, at: timestamp, price: "decimal(18,4)"}}
              cases: {path: ../outside/cases*.csv, format: csv, columns: {at: timestamp}}
            map:
              customer: {from: people, customer_id: id, effective_at: at, name: name, email: email, phone: phone, street: street, city: city}
              order_line: {from: orders, order_id: invoice, ordered_at: at, customer_id: customer, product_id: "'P'", quantity: qty, unit_price: price}
              interaction: {from: cases, interaction_id: number, started_at: at, customer_id: who, kind: "'call'"}
            """);
        Write("sources/club.yaml", """
            source: club
            connector: files
            streams:
              members: {path: ../outside/members*.csv, format: csv, columns: {at: timestamp}}
              points: {path: ../outside/points*.csv, format: csv, columns: {at: timestamp, points: "decimal(18,2)"}}
            map:
              customer: {from: members, customer_id: id, effective_at: at, name: name, email: email, loyalty_number: card}
              loyalty_entry: {from: points, entry_id: entry, entered_at: at, customer_id: member, kind: "'earned'", points: points}
            """);
        Write("model/identity.yaml", """
            identity: customer
            calling_code: 44
            match: {name: full_name, email: email, phone: phone}
            rules:
              - {name: same e-mail, columns: [email]}
            """);
        Deliver("people1.csv", "id,name,email,phone,street,city,at",
            "1,Ann Other,ann@x.example,+44 20 7946 0001,1 High Street,Leeds,2026-01-01",
            "C-4711-X,Wilhelmina Quastenflosser,wq@coelacanth.example,+44 20 7946 0815,12 Abyssal Lane,Hull,2026-01-01",
            "3,Bob Else,bob@x.example,+44 20 7946 0003,3 High Street,York,2026-01-01");
        Deliver("orders1.csv", "invoice,qty,at,price,customer,ship_to,note",
            "A1,1,2026-01-02,10,1,1 High Street,",
            "A2,2,2026-01-03,20,C-4711-X,\"12 Abyssal Lane, c/o Wilhelmina\",ring Wilhelmina first",
            "A3,1,2026-01-04,5,3,3 High Street,",
            "A4,many,2026-01-05,5,C-4711-X,12 Abyssal Lane,quantity is no number");
        Deliver("cases1.csv", "number,at,who,about", "K1,2026-01-06,C-4711-X,Wilhelmina Quastenflosser complains", "K2,2026-01-07,1,a question of wq@coelacanth.example about another order");
        Deliver("members1.csv", "id,name,email,card,at", "MEMBER-0815,W. Quastenflosser,WQ@coelacanth.example,LOYAL-99887766,2026-01-05", "m3,Bob Else,bob@x.example,LOYAL-3,2026-01-05");
        Deliver("points1.csv", "entry,at,member,points", "e1,2026-01-11,MEMBER-0815,100", "e2,2026-01-11,m3,50");
    }

    /// <summary>The same once more, as it stands.</summary>
    public PersonShop Copy() => new(this);

    /// <summary>Its folder.</summary>
    public string Folder => Path.Combine(_root, "shop");

    /// <summary>A path beside it.</summary>
    public string Beside(string name) => Path.Combine(_root, name);

    /// <summary>Writes a file of the project.</summary>
    public void Write(string path, string text)
    {
        var full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    /// <summary>Delivers a file of a source.</summary>
    public void Deliver(string name, params string[] lines)
    {
        Directory.CreateDirectory(Beside("outside"));
        File.WriteAllText(Path.Combine(Beside("outside"), name), string.Concat(lines.Select(l => $"{l}\n")));
    }

    /// <summary>A second day: she moves, so that she has two versions, and orders again.</summary>
    public void SecondDay()
    {
        Deliver("people2.csv", "id,name,email,phone,street,city,at", "C-4711-X,Wilhelmina Quastenflosser,wq@coelacanth.example,+44 20 7946 0815,12 Abyssal Lane,Bristol,2026-02-01");
        Deliver("orders2.csv", "invoice,qty,at,price,customer,ship_to,note", "B1,3,2026-02-02,10,C-4711-X,12 Abyssal Lane,", "B2,1,2026-02-02,10,1,,");
    }

    /// <summary>Gives a command in a folder.</summary>
    public static (int Code, string Output, string Error) Run(string folder, params string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var code = CommandLine.Run([.. arguments, "--project", folder], output, error, CancellationToken.None);
        return (code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    /// <summary>Gives a command in the project, which has to work; answers its JSON.</summary>
    public JsonElement Json(params string[] arguments) => JsonIn(Folder, arguments);

    /// <summary>Gives a command in a folder, which has to work; answers its JSON.</summary>
    public static JsonElement JsonIn(string folder, params string[] arguments)
    {
        var (code, output, error) = Run(folder, [.. arguments, "--json"]);
        Assert.That(code, Is.Zero, error + output);
        using var json = JsonDocument.Parse(output);
        return json.RootElement.Clone();
    }

    /// <summary>Revenue and lines of all sales.</summary>
    public static string Totals(string folder) => JsonIn(folder, "query", "--measures", "sales.revenue,sales.lines").GetProperty("data").GetRawText();

    /// <summary>
    /// Everywhere in a folder where a trace of the person stands: as bytes of any file, in UTF-8 and UTF-16, whatever the case; and in decoded values of every column of every Parquet file and of
    /// every table of the warehouse.
    /// </summary>
    public static IReadOnlyList<string> Search(string folder)
    {
        var found = SearchBytes(folder);
        using var engine = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = engine.Connect();
        foreach (var parquet in Directory.EnumerateFiles(folder, "*.parquet", SearchOption.AllDirectories))
        {
            Look(session, $"read_parquet({SqlName.Literal(parquet)})", Path.GetRelativePath(folder, parquet), found);
        }

        var warehouse = Path.Combine(folder, "warehouse.duckdb");
        session.Execute($"ATTACH {SqlName.Literal(warehouse)} AS w (READ_ONLY)");
        foreach (var table in session.Query<string>("SELECT '\"' || schema_name || '\".\"' || table_name || '\"' FROM duckdb_tables() WHERE database_name = 'w'"))
        {
            Look(session, $"w.{table}", table, found);
        }

        session.Execute("DETACH w");
        return found;
    }

    /// <summary>The files in a folder whose bytes hold a trace of the person.</summary>
    public static List<string> SearchBytes(string folder)
    {
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var text = Encoding.Latin1.GetString(File.ReadAllBytes(file)).ToLowerInvariant();
            found.AddRange(Traces.Where(t => text.Contains(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(t.ToLowerInvariant())), StringComparison.Ordinal)
                || text.Contains(Encoding.Latin1.GetString(Encoding.Unicode.GetBytes(t.ToLowerInvariant())), StringComparison.Ordinal)).Select(t => $"{Path.GetRelativePath(folder, file)}: bytes of {t}"));
        }

        return found;
    }

    private static void Look(ISession session, string relation, string name, List<string> found)
    {
        foreach (var trace in Traces)
        {
            // A row as text holds the text of each of its values, those in structs and lists too.
            if (session.Scalar<bool>($"SELECT count(*) > 0 FROM {relation} t WHERE contains(lower(CAST(t AS VARCHAR)), {SqlName.Literal(trace.ToLowerInvariant())})"))
            {
                found.Add($"{name}: value {trace}");
            }
        }
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_root, recursive: true);
    }
}
