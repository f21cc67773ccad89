using System.Globalization;
using System.Runtime.CompilerServices;
using Crm.Analytics.Models;
using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Models.Learning;

/// <summary>A table of texts, as a file is read, with kinds of models to fit to it.</summary>
internal sealed class KindFile : IDisposable
{
    private readonly DuckDbInstance instance = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 2 });

    private KindFile(IReadOnlyList<string> columns)
    {
        Session = instance.Connect();
        Columns = columns;
    }

    public ISession Session { get; }

    public IReadOnlyList<string> Columns { get; }

    public static KindFile Rows(IReadOnlyList<string> columns, params IEnumerable<string?[]> rows)
    {
        var file = new KindFile(columns);
        file.Session.Execute($"create temp table model_data ({string.Join(", ", columns.Select(c => $"{SqlName.Quote(c)} varchar"))})");
        file.Session.InTransaction(() =>
        {
            using var append = file.Session.Append("temp", "model_data");
            foreach (var row in rows)
                append.Row(row);
            append.Complete();
        });
        return file;
    }

    public static KindFile Csv(string path)
    {
        var file = new KindFile(File.ReadLines(path).First().Split(','));
        file.Session.Execute($"create temp table model_data as select * from read_csv({SqlName.Literal(path)}, all_varchar = true)");
        return file;
    }

    public static string Data(string folder, string file, [CallerFilePath] string here = "")
        => Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "data", folder, file);

    public static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Fits a kind; options as <c>label=Churn</c>.</summary>
    public FitResult Fit(string kind, params IEnumerable<string> options)
    {
        var found = ModelKinds.Find(kind);
        return found.Fit(new KindInput(Session, "model_data", Columns, "file.csv", found, options.Select(o => o.Split('=', 2)).ToDictionary(o => o[0], o => o[1])));
    }

    public void Dispose()
    {
        Session.Dispose();
        instance.Dispose();
    }
}

/// <summary>Reads what a fit told.</summary>
internal static class FitResultReading
{
    public static double? Count(this FitResult result, string name) => result.Counts.Single(f => f.Name == name).Value;

    public static double? Held(this FitResult result, string name) => result.Holdout.Single(f => f.Name == name).Value;

    public static IReadOnlyList<IReadOnlyList<object?>> Table(this FitResult result, string name) => result.Tables.Single(t => t.Name == name).Rows;

    public static IEnumerable<double> Numbers(this FitResult result)
        => result.Parameters.Select(p => p.Value).Concat(result.Counts.Concat(result.Holdout).Concat(result.Figures).Select(f => f.Value ?? 0))
            .Concat(result.Tables.SelectMany(t => t.Rows).SelectMany(r => r).OfType<double>());
}
