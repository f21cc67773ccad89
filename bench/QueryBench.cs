using System.Globalization;

namespace Crm.Analytics.Bench;

/// <summary>A small question to a cold process: the launcher and <c>crm query</c> beside a minimal program that opens the file and asks the same.</summary>
internal static class QueryBench
{
    private const string Question =
        "SELECT d.month, sum(s.revenue) FROM star.fact_sales s JOIN star.dim_date d USING (date_key) GROUP BY 1 ORDER BY 1";

    public static int Run(int rounds)
    {
        var project = Path.Combine(Layout.Work, "online-retail");
        if (!File.Exists(Path.Combine(project, "warehouse.duckdb")))
        {
            MeasuredProcess.Run(Layout.Crm, "demo", "--project", project);
        }

        var minimal = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar))!)!,
            "Crm.Analytics.Bench.Minimal", "release", OperatingSystem.IsWindows() ? "minimal.exe" : "minimal");
        List<Measurement> ours = [], theirs = [];
        for (var round = 0; round <= rounds; round++)
        {
            var least = MeasuredProcess.Run(minimal, Path.Combine(project, "warehouse.duckdb"), Question);
            var query = MeasuredProcess.Run(Layout.Crm, "query", "--project", project, "--measures", "sales.revenue", "--by", "date.month", "--json");
            if (round > 0)
            {
                ours.Add(query);
                theirs.Add(least);
            }
        }

        BenchBook.Note("cold `crm query` / a minimal program", ours.Zip(theirs, (a, b) => a.Seconds / b.Seconds), atMost: 2.5);
        var (mine, its) = (MeasuredProcess.Median(ours).Seconds, MeasuredProcess.Median(theirs).Seconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            Revenue by month, cold process (medians)
              minimal program {its * 1000,7:0} ms
              crm query       {mine * 1000,7:0} ms
              ratio           {mine / its,7:0.00}  (promise: at most 2.50)
            """));
        return mine / its <= 2.5 ? 0 : 1;
    }
}
