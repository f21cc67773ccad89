using System.Diagnostics;
using System.Globalization;
using DuckDB.NET.Data;

namespace Crm.Analytics.Bench;

/// <summary>
/// Questions through the API beside the SQL that somebody writes by hand, on copies of one file, turn by turn: ten typical ones from the facts, additive ones from
/// rollups, the rows behind a cell, many small ones with other values each time, and remembered ones beside a server that does nothing else.
/// </summary>
internal static class OlapBench
{
    private const string Through = """{"query": {"measures": ["shop.revenue"], "dimensions": ["geography.country"], "limit": 100}, "cell": {"geography.country": "France"}, "go": "through"}""";
    private static readonly string[] countries = ["France", "Germany", "Spain", "Italy", "Norway", "Poland", "Japan", "Chile"];
    private static readonly (string Question, string Sql)[] questions = [.. File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Olap", "questions.sql")).Split("-- part: ").Skip(1)
        .Select(p => (p[..p.IndexOf('\n')].Trim(), p[(p.IndexOf('\n') + 1)..].Trim()))];

    /// <summary>Of the ten, those that add up: rollups can serve them.</summary>
    private static readonly int[] additive = [0, 1, 2, 3, 4, 7];

    public static int Run(int millions, int beside, int rounds, string parts)
    {
        var project = OlapStar.Of(millions);
        var copy = Path.Combine(project, "by-hand.duckdb");
        if (!File.Exists(copy))
        {
            File.Copy(OlapStar.FileOf(project), copy);
        }

        bool Wants(string part) => parts.Length == 0 || parts.Split(',').Contains(part);
        using var server = Serve(project);
        using var smaller = beside > 0 ? Serve(OlapStar.Of(beside)) : null;
        using var byHand = new DuckDBConnection($"DataSource={copy};ACCESS_MODE=READ_ONLY");
        byHand.Open();
        Execute(byHand, "SET memory_limit = '6GB'");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{millions} million lines; medians of {rounds} rounds, ratios paired"));
        var fromFacts = Wants("typical") || Wants("peers") || Wants("malloy") ? Typical(server, byHand, millions, rounds) : [];
        if (Wants("rollups"))
        {
            Rollups(server, smaller, millions, beside, rounds);
        }

        if (Wants("drill"))
        {
            Drill(server, smaller, millions, beside, rounds);
        }

        if (Wants("small"))
        {
            Small(server, copy);
        }

        if (Wants("remembered"))
        {
            Remembered(server, project);
        }

        if (Wants("routing") && millions <= OlapRouting.MostMillions)
        {
            OlapRouting.Run(project, byHand, rounds);
        }

        if (Wants("malloy"))
        {
            OlapPeers.Malloy(copy, questions, fromFacts, rounds);
        }

        if (Wants("peers"))
        {
            OlapPeers.Run(byHand, Path.Combine(project, "peers"), questions, fromFacts);
        }

        return 0;
    }

    /// <summary>The program that bench.sh has built just before.</summary>
    private static OlapServer Serve(string project) => new("dotnet", Path.Combine(Layout.Root, "artifacts", "crm", "crm.dll"), "serve", "--project", project, "--json");

    private static double[] Typical(OlapServer server, DuckDBConnection byHand, int millions, int rounds)
    {
        Console.WriteLine("ten typical questions from the facts     API ms   SQL ms  ratio   more    least of both (promise: 1.10 from 40 ms, else 1.5 ms more)");
        var ours = new double[questions.Length];
        for (var q = 0; q < questions.Length; q++)
        {
            var (question, sql) = questions[q];
            var body = Body(question, rollups: false);
            var pairs = Pairs(rounds, () => server.Ask("v1/load", body), () => Execute(byHand, sql));
            ours[q] = Middle(pairs.Select(p => p.A));
            var (theirs, ratio, more) = (Middle(pairs.Select(p => p.B)), Middle(pairs.Select(p => p.A / p.B)), Middle(pairs.Select(p => p.A - p.B)));
            BenchBook.Note($"{millions} M lines: {Short(question).Trim()}", theirs >= 40 ? pairs.Select(p => p.A / p.B) : pairs.Select(p => p.A - p.B), atMost: theirs >= 40 ? 1.10 : 1.5, unit: theirs >= 40 ? "" : " ms more");
            var holds = theirs >= 40 ? ratio <= 1.10 : more <= 1.5;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {Short(question),-38} {ours[q],7:0.0}  {theirs,7:0.0}  {ratio,5:0.00}  {more,5:0.0}  {pairs.Min(p => p.A),7:0.0} {pairs.Min(p => p.B),7:0.0}  {(holds ? "holds" : "DOES NOT HOLD")}"));
        }

        return ours;
    }

    private static void Rollups(OlapServer server, OlapServer? smaller, int millions, int beside, int rounds)
    {
        Console.WriteLine("additive questions from rollups         rollup ms facts ms  times faster  (promise at 50 million: median 100, each 50)");
        List<double> gains = [], growths = [];
        foreach (var question in additive.Select(i => questions[i].Question))
        {
            var stored = Body(question, rollups: true);
            var pairs = Pairs(rounds, () => server.Ask("v1/load", stored), () => server.Ask("v1/load", Body(question, rollups: false)));
            gains.Add(Middle(pairs.Select(p => p.B / p.A)));
            BenchBook.Note($"{millions} M lines, rollup, times faster than facts: {Short(question).Trim()}", pairs.Select(p => p.B / p.A), atLeast: millions >= 50 ? 50 : null);
            var text = string.Create(CultureInfo.InvariantCulture, $"  {Short(question),-38} {Middle(pairs.Select(p => p.A)),7:0.0}  {Middle(pairs.Select(p => p.B)),7:0.0}  {gains[^1],7:0.0}, by the least times {pairs.Min(p => p.B) / pairs.Min(p => p.A):0.0}");
            if (smaller is not null)
            {
                growths.Add(Middle(Pairs(rounds * 3, () => server.Ask("v1/load", stored), () => smaller.Ask("v1/load", stored)).Select(p => p.A / p.B)));
                text += string.Create(CultureInfo.InvariantCulture, $"  {growths[^1]:0.00} x its time at {beside} million (promise 1.5)");
            }

            Console.WriteLine(text);
        }

        BenchBook.Note($"{millions} M lines, rollups, times faster than facts: the six questions", gains, atLeast: millions >= 50 ? 100 : null);
        BenchBook.Note($"rollups: time at {millions} / at {beside} M lines, the six questions", growths, atMost: 1.5);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  median {Middle(gains):0} times faster, least {gains.Min():0}"));
    }

    private static void Drill(OlapServer server, OlapServer? smaller, int millions, int beside, int rounds)
    {
        if (smaller is null)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"100 rows behind a cell  {Middle(Enumerable.Range(0, rounds + 1).Select(_ => Time(() => server.Ask("v1/drill", Through))).Skip(1)):0.0} ms"));
            return;
        }

        var pairs = Pairs(rounds * 3, () => server.Ask("v1/drill", Through), () => smaller.Ask("v1/drill", Through));
        BenchBook.Note($"100 rows behind a cell: {millions} / {beside} M lines", pairs.Select(p => p.A / p.B), atMost: 3.5);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"100 rows behind a cell  {Middle(pairs.Select(p => p.A)):0.0} ms at {millions} million, {Middle(pairs.Select(p => p.B)):0.0} ms at {beside} million, {Middle(pairs.Select(p => p.A / p.B)):0.00} (promise 3.5)"));
    }

    /// <summary>The same small question with other values each time, beside a server that runs SQL as it comes: what a warm plan is worth.</summary>
    private static void Small(OlapServer server, string copy)
    {
        string Question(string country) => $$"""{"measures": ["shop.revenue", "shop.lines"], "dimensions": ["date.month"], "filters": [{"member": "geography.country", "operator": "equals", "values": ["{{country}}"]}]}""";
        string Sql(string country) => $"SELECT d.month, sum(r.\"shop.revenue\") AS revenue, sum(r.\"shop.lines\") AS lines FROM star.rollup_shop_by_month r JOIN star.dim_date d ON d.date_key = r.date_key WHERE r.\"geography.country\" = '{country}' GROUP BY d.month ORDER BY d.month";
        List<string> asked = [.. countries.Select(c => Body(Question(c), rollups: true))];
        List<string> sql = [.. countries.Select(Sql)];
        using var plain = new OlapServer(Environment.ProcessPath!, "sql-server", copy);
        foreach (var clients in (int[])[1, 8])
        {
            var pairs = Enumerable.Range(0, 6).Select(_ => (Ours: server.PerSecond("v1/load", asked, clients), Theirs: plain.PerSecond("", sql, clients))).Skip(1).ToList();
            BenchBook.Note($"small questions a second / ad-hoc SQL, {clients} at a time", pairs.Select(p => p.Ours / p.Theirs), atLeast: 2);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"small questions, other values each time, {clients} at a time: {Middle(pairs.Select(p => p.Ours)):0} a second through the API, {Middle(pairs.Select(p => p.Theirs)):0} as ad-hoc SQL over a bare server, {Middle(pairs.Select(p => p.Ours / p.Theirs)):0.00} (promise 2)"));
        }
    }

    private static void Remembered(OlapServer server, string project)
    {
        var body = $$"""{"query": {{questions[1].Question}}}""";
        var file = Path.Combine(project, "answer.json");
        File.WriteAllBytes(file, server.Answer("v1/load", body));
        using var bare = new OlapServer(Environment.ProcessPath!, "bare-server", file);
        foreach (var clients in (int[])[1, 8, 64])
        {
            var pairs = Enumerable.Range(0, 6).Select(_ => (Ours: server.PerSecond("v1/load", [body], clients), Bare: bare.PerSecond("v1/load", [body], clients))).Skip(1).ToList();
            BenchBook.Note($"remembered answers a second / a bare server, {clients} at a time", pairs.Select(p => p.Ours / p.Bare), atLeast: 0.8);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"remembered answers, {clients} at a time: {Middle(pairs.Select(p => p.Ours)):0} a second, a bare server {Middle(pairs.Select(p => p.Bare)):0}, {Middle(pairs.Select(p => p.Ours / p.Bare)):0.00} (promise 0.8)"));
        }
    }

    private static string Body(string question, bool rollups) => $$$"""{"query": {{{question[..^1]}}}, "renewQuery": true, "rollups": {{{(rollups ? "true" : "false")}}}}}""";

    private static string Short(string question) => string.Concat(question.Replace("\"", "", StringComparison.Ordinal).Replace("measures: ", "", StringComparison.Ordinal).Replace("dimensions: ", "", StringComparison.Ordinal).Where(c => c is not ('{' or '}' or '[' or ']')).Take(38));

    /// <summary>Two things turn by turn, in milliseconds; the first turn warms both.</summary>
    private static List<(double A, double B)> Pairs(int rounds, Action a, Action b) => [.. Enumerable.Range(0, rounds + 1).Select(_ => (Time(a), Time(b))).Skip(1)];

    internal static double Time(Action work)
    {
        var began = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
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
}
