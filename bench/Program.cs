using Crm.Analytics.Bench;

return args switch
{
    ["etl", .. var rest] => EtlBench.Run(Rounds(rest, 5)),
    ["query", .. var rest] => QueryBench.Run(Rounds(rest, 15)),
    ["append", .. var rest] => AppendBench.Run(Rounds(rest, 7)),
    ["baseline", var data, var file, var script] => EtlBench.Baseline(data, file, script),
    [] => EtlBench.Run(5) + QueryBench.Run(15) + AppendBench.Run(7),
    _ => Usage(),
};

static int Rounds(string[] rest, int otherwise) => rest is ["--rounds", var n] ? int.Parse(n, System.Globalization.CultureInfo.InvariantCulture) : otherwise;

static int Usage()
{
    Console.Error.WriteLine("bench: expected nothing, or etl, query or append with [--rounds N]");
    return 2;
}
