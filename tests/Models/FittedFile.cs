using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Models;
using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Models;

/// <summary>Fits a kind of model to a file, as `crm model fit` does.</summary>
internal static class FittedFile
{
    public static string Data(params string[] path) => Path.Combine([Declarations.TestProject.RepositoryRoot, "tests", "data", .. path]);

    public static FitResult Fit(string kind, string file, params (string Option, string Value)[] options)
    {
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = scratch.Connect();
        var table = FileTable.Load(session, file, "model_data", default);
        return ModelKinds.Find(kind).Fit(new KindInput(session, "model_data", table.Columns, file, ModelKinds.Find(kind), options.ToDictionary(o => o.Option, o => o.Value)));
    }

    public static FitResult FitText(string kind, string text, params (string Option, string Value)[] options)
    {
        using var folder = new Storage.WarehouseFolder();
        folder.File("data.csv", text);
        return Fit(kind, Path.Combine(folder.Path, "data.csv"), options);
    }

    public static FitResult FitCdnow(string kind, params (string Option, string Value)[] options) => Fit(
        kind, Data("cdnow", "CDNOW_sample.txt"), [("customer", "2"), ("date", "3"), ("amount", "5"), ("calibration-end", "1997-09-30"), .. options]);

    public static double Parameter(this FitResult result, string name) => result.Parameters.Single(p => p.Name == name).Value;

    public static double? Value(this IEnumerable<Figure> figures, string name) => figures.Single(f => f.Name == name).Value;

    public static FitTable Table(this FitResult result, string name) => result.Tables.Single(t => t.Name == name);

    public static object? Cell(this FitTable table, int row, string column) => table.Rows[row][table.Columns.ToList().IndexOf(column)];
}
