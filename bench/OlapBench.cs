using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Crm.Analytics.Etl;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;
using DuckDB.NET.Data;

namespace Crm.Analytics.Bench;

/// <summary>
/// Questions through the API beside the SQL that somebody writes by hand, on copies of one file, turn by turn: ten typical ones from the facts, additive ones from
/// rollups, the rows behind a cell, many small ones with other values each time, and remembered ones beside a server that does nothing else.
/// </summary>
internal static class OlapBench
{
    private static readonly (string Question, string Sql)[] questions = [.. File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Olap", "questions.sql")).Split("-- part: ").Skip(1)
        .Select(p => (p[..p.IndexOf('\n')].Trim(), p[(p.IndexOf('\n') + 1)..].Trim()))];

    public static int Run(int millions, int rounds)
    {
        var project = Load(millions);
        var copy = Path.Combine(project, "by-hand.duckdb");
        File.Copy(Path.Combine(project, "warehouse.duckdb"), copy, overwrite: true);
        using var server = new ServedProcess(Layout.Crm, "serve", "--project", project, "--json");
        using var byHand = new DuckDBConnection($"DataSource={copy};ACCESS_MODE=READ_ONLY");
        byHand.Open();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{millions} million lines; medians of {rounds} rounds, ratios paired"));
        var fromFacts = Typical(server, byHand, rounds);
        Rollups(server, rounds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"100 rows behind a cell  {Middle(Enumerable.Range(0, rounds).Select(_ => Time(() => server.Ask("v1/drill", Through)))):0.0} ms"));
        Small(server, byHand);
        Remembered(server);
        OlapPeers.Run(byHand, Path.Combine(project, "peers"), questions, fromFacts);
        return 0;
    }

    private const string Through = """{"query": {"measures": ["shop.revenue"], "dimensions": ["geography.country"], "limit": 100}, "cell": {"geography.country": "France"}, "go": "through"}""";

    private static double[] Typical(ServedProcess server, DuckDBConnection byHand, int rounds)
    {
        Console.WriteLine("ten typical questions from the facts     API ms   SQL ms  ratio  (promise: 1.10 from 40 ms, else 1.5 ms more)");
        var ours = new double[questions.Length];
        for (var q = 0; q < questions.Length; q++)
        {
            var (question, sql) = questions[q];
            var body = Body(question, rollups: false);
            List<(double Ours, double Theirs)> pairs = [];
            for (var round = 0; round <= rounds; round++)
            {
                var mine = Time(() => server.Ask("v1/load", body));
                var its = Time(() => Execute(byHand, sql));
                if (round > 0)
                {
                    pairs.Add((mine, its));
                }
            }

            ours[q] = Middle(pairs.Select(p => p.Ours));
            var (theirs, ratio) = (Middle(pairs.Select(p => p.Theirs)), Middle(pairs.Select(p => p.Ours / p.Theirs)));
            var holds = theirs >= 40 ? ratio <= 1.10 : Middle(pairs.Select(p => p.Ours - p.Theirs)) <= 1.5;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {Short(question),-38} {ours[q],7:0.0}  {theirs,7:0.0}  {ratio,5:0.00}  {(holds ? "holds" : "DOES NOT HOLD")}"));
        }

        return ours;
    }

    private static void Rollups(ServedProcess server, int rounds)
    {
        Console.WriteLine("additive questions from rollups         rollup ms facts ms  times faster  (promise at 50 million: median 100, each 50)");
        foreach (var (question, _) in questions.Take(5))
        {
            List<(double Stored, double Facts)> pairs = [];
            for (var round = 0; round <= rounds; round++)
            {
                var pair = (Time(() => server.Ask("v1/load", Body(question, rollups: true))), Time(() => server.Ask("v1/load", Body(question, rollups: false))));
                if (round > 0)
                {
                    pairs.Add(pair);
                }
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {Short(question),-38} {Middle(pairs.Select(p => p.Stored)),7:0.0}  {Middle(pairs.Select(p => p.Facts)),7:0.0}  {Middle(pairs.Select(p => p.Facts / p.Stored)),7:0.0}"));
        }
    }

    /// <summary>The same small question with other values each time: what a warm plan is worth.</summary>
    private static void Small(ServedProcess server, DuckDBConnection byHand)
    {
        string[] countries = ["France", "Germany", "Spain", "Italy", "Norway", "Poland", "Japan", "Chile"];
        string Question(int i) => $$"""{"measures": ["shop.revenue", "shop.lines"], "dimensions": ["date.month"], "filters": [{"member": "geography.country", "operator": "equals", "values": ["{{countries[i % 8]}}"]}]}""";
        string Sql(int i) => $"SELECT d.month, sum(r.\"shop.revenue\"), sum(r.\"shop.lines\") FROM star.rollup_shop_by_month r JOIN star.dim_date d ON d.date_key = r.date_key WHERE r.\"geography.country\" = '{countries[i % 8]}' GROUP BY d.month ORDER BY d.month";
        var ours = PerSecond(i => server.Ask("v1/load", Body(Question(i), rollups: true)), 1);
        var theirs = PerSecond(i => Execute(byHand, Sql(i)), 1);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"small questions, other values each time: {ours:0} a second through the API, {theirs:0} a second as ad-hoc SQL in the process, {ours / theirs:0.00} (promise 2)"));
    }

    private static void Remembered(ServedProcess server)
    {
        var body = $$"""{"query": {{questions[1].Question}}}""";
        var length = server.Ask("v1/load", body);
        using var bare = new ServedProcess(Environment.ProcessPath!, "bare-server", length.ToString(CultureInfo.InvariantCulture));
        var pairs = Enumerable.Range(0, 5).Select(_ => (Ours: PerSecond(_ => server.Ask("v1/load", body), 8), Bare: PerSecond(_ => bare.Ask("v1/load", body), 8))).ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"remembered answers: {Middle(pairs.Select(p => p.Ours)):0} a second, a bare server {Middle(pairs.Select(p => p.Bare)):0}, {Middle(pairs.Select(p => p.Ours / p.Bare)):0.00} (promise 0.8)"));
    }

    /// <summary>The made-up shop of the load bench, loaded once, with a cube that has rollups.</summary>
    private static string Load(int millions)
    {
        var project = Path.Combine(Layout.Work, $"olap-{millions}");
        if (File.Exists(Path.Combine(project, "loaded")))
        {
            return project;
        }

        var shop = LoadBench.Generate(millions);
        foreach (var folder in (string[])["sources", "model"])
        {
            Directory.CreateDirectory(Path.Combine(project, folder));
        }

        File.WriteAllText(Path.Combine(project, "crm.yaml"), "name: OLAP bench\n");
        File.WriteAllText(Path.Combine(project, "sources", "shop.yaml"), File.ReadAllText(Path.Combine(shop, "sources", "shop.yaml"))
            .Replace("data/", $"{Path.GetRelativePath(project, shop).Replace('\\', '/')}/data/", StringComparison.Ordinal));
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Olap", "cubes.yaml"), Path.Combine(project, "model", "cubes.yaml"), overwrite: true);
        LoadBench.Load(project);
        var declared = ProjectReader.ReadOrThrow(project, StandardConnectors.Options);
        using (var warehouse = DuckDbInstance.OpenWarehouse(new WarehouseOptions(Path.Combine(project, "warehouse.duckdb")) { AllowedDirectories = [project] }))
        using (var session = warehouse.Connect())
        {
            session.InTransaction(() => RollupLoad.Apply(session, declared.Catalogue, 1));
            session.TryCheckpoint();
        }

        File.WriteAllText(Path.Combine(project, "loaded"), "");
        return project;
    }

    private static string Body(string question, bool rollups) => $$$"""{"query": {{{question[..^1]}}}, "renewQuery": true, "rollups": {{{(rollups ? "true" : "false")}}}}}""";

    private static string Short(string question) => string.Concat(question.Replace("\"", "", StringComparison.Ordinal).Replace("measures: ", "", StringComparison.Ordinal).Replace("dimensions: ", "", StringComparison.Ordinal).Where(c => c is not ('{' or '}' or '[' or ']')).Take(38));

    private static double Time(Action work)
    {
        var began = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static double PerSecond(Action<int> ask, int clients)
    {
        ask(0);
        var (count, began) = (0, Stopwatch.GetTimestamp());
        Parallel.For(0, clients, new ParallelOptions { MaxDegreeOfParallelism = clients }, client =>
        {
            while (Stopwatch.GetElapsedTime(began).TotalSeconds < 2)
            {
                ask(Interlocked.Increment(ref count));
            }
        });
        return count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    internal static long Execute(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = 0L;
        while (reader.Read())
        {
            for (var i = 0; i < reader.FieldCount; i++)
            {
                reader.GetValue(i);
            }

            rows++;
        }

        return rows;
    }

    internal static double Middle(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    /// <summary>A server in a process of its own, and a client of it.</summary>
    private sealed class ServedProcess : IDisposable
    {
        private readonly Process process;
        private readonly HttpClient http;

        public ServedProcess(string program, params string[] arguments)
        {
            process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            string? line;
            do
            {
                line = process.StandardError.ReadLine();
            }
            while (line is not null && !line.StartsWith("http", StringComparison.Ordinal));
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = new Uri(line ?? throw new InvalidOperationException("the server ended")), Timeout = TimeSpan.FromMinutes(10) };
        }

        /// <summary>Asks; answers the bytes of the answer.</summary>
        public int Ask(string path, string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
            using var answer = http.Send(request);
            using var bytes = new MemoryStream();
            answer.Content.ReadAsStream().CopyTo(bytes);
            return (int)answer.StatusCode is 200 ? (int)bytes.Length
                : (int)answer.StatusCode == 202 ? Ask(path, body) : throw new InvalidOperationException(Encoding.UTF8.GetString(bytes.ToArray()));
        }

        public void Dispose()
        {
            http.Dispose();
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }
    }
}
