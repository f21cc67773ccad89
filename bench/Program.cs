using Crm.Analytics.Bench;

var status = args switch
{
    ["etl", .. var rest] => EtlBench.Run(Rounds(rest, 5)),
    ["query", .. var rest] => QueryBench.Run(Rounds(rest, 15)),
    ["append", .. var rest] => AppendBench.Run(Rounds(rest, 7)),
    ["load", .. var rest] => LoadBench.Run(Number(rest, "--millions", 1), Number(rest, "--rounds", 1)),
    ["olap", .. var rest] => OlapBench.Run(Number(rest, "--millions", 1), Number(rest, "--beside", 0), Number(rest, "--rounds", 7), Text(rest, "--parts")),
    ["bare-server", var file] => BareServer.Run(file),
    ["sql-server", var warehouse] => BareServer.RunSql(warehouse),
    ["serve", .. var rest] => ServeBench.Run(Number(rest, "--requests", 180_000), Number(rest, "--rounds", 3)),
    ["clv", .. var rest] => ClvBench.Run(Number(rest, "--millions", 1)),
    ["baskets", .. var rest] => BasketsBench.Run(Number(rest, "--baskets", 1_000_000)),
    ["baskets-find", var baskets] => BasketsBench.Find(int.Parse(baskets, System.Globalization.CultureInfo.InvariantCulture)),
    ["rfm", .. var rest] => RfmBench.Run(Number(rest, "--customers", 1_000_000), Number(rest, "--rounds", 1)),
    ["rfm-score", var file] => RfmBench.Score(file),
    ["rfm-by-hand", var file] => RfmBench.ByHand(file),
    ["load-project", var project] => LoadBench.Load(project),
    ["page", var project, .. var rest] => PageBench.Run(project, "/reports/executive_overview", Rounds(rest, 11)),
    ["identity", .. var rest] => IdentityBench.Run(Number(rest, "--records", 0) is > 0 and var records ? [records] : [10_000, 100_000, 1_000_000]),
    ["identity-match", var file, var keys] => IdentityBench.Match(file, keys),
    ["identity-by-hand", var file, var keys] => IdentityBench.ByHand(file, keys),
    ["baseline", var data, var file, var script] => EtlBench.Baseline(data, file, script),
    [] => Short(),
    ["--full"] => Full(),
    _ => Usage(),
};
BenchBook.Close(args);
return status;

// What takes minutes.
static int Short() => BenchBook.Try("etl", () => EtlBench.Run(5)) + BenchBook.Try("query", () => QueryBench.Run(15)) + BenchBook.Try("append", () => AppendBench.Run(7))
    + BenchBook.Try("load", () => LoadBench.Run(1, 3)) + BenchBook.Try("olap", () => OlapBench.Run(1, 0, 7, "typical,rollups,drill,small,remembered,routing"))
    + BenchBook.Try("clv", () => ClvBench.Run(1)) + BenchBook.Try("rfm", () => RfmBench.Run(1_000_000, 3));

// What takes hours: every size that a promise names.
static int Full() => BenchBook.Try("etl", () => EtlBench.Run(9)) + BenchBook.Try("query", () => QueryBench.Run(15)) + BenchBook.Try("append", () => AppendBench.Run(7))
    + ((int[])[1, 10, 50]).Sum(millions => BenchBook.Try($"load {millions}", () => LoadBench.Run(millions, millions > 10 ? 1 : 3)))
    + BenchBook.Try("page", () => PageBench.Run(Path.Combine(Layout.Work, "load-10", "project"), "/reports/executive_overview", 11))
    + BenchBook.Try("olap 10", () => OlapBench.Run(10, 1, 9, "typical,drill,small,remembered,routing,malloy,peers"))
    + BenchBook.Try("olap 50", () => OlapBench.Run(50, 10, 7, "typical,rollups,drill"))
    + BenchBook.Try("serve", () => ServeBench.Run(180_000, 3)) + BenchBook.Try("identity", () => IdentityBench.Run([10_000, 100_000, 1_000_000])) + BenchBook.Try("clv", () => ClvBench.Run(10)) + BenchBook.Try("rfm", () => RfmBench.Run(10_000_000, 1)) + BenchBook.Try("baskets", () => BasketsBench.Run(1_000_000));

static int Rounds(string[] rest, int otherwise) => rest is ["--rounds", var n] ? int.Parse(n, System.Globalization.CultureInfo.InvariantCulture) : otherwise;

static int Number(string[] rest, string name, int otherwise) => Array.IndexOf(rest, name) is >= 0 and var i && i + 1 < rest.Length
    ? int.Parse(rest[i + 1], System.Globalization.CultureInfo.InvariantCulture) : otherwise;

static string Text(string[] rest, string name) => Array.IndexOf(rest, name) is >= 0 and var i && i + 1 < rest.Length ? rest[i + 1] : "";

static int Usage()
{
    Console.Error.WriteLine("bench: expected nothing, --full, etl, query or append with [--rounds N], load [--millions N] [--rounds N], identity [--records N], olap [--millions N] [--beside N] [--rounds N] [--parts LIST], clv [--millions N], rfm [--customers N] [--rounds N], baskets [--baskets N], serve [--requests N] [--rounds N], or page PROJECT [--rounds N]");
    return 2;
}
