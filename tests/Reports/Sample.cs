using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Reports;

/// <summary>What most tests of reports begin with.</summary>
internal static class Sample
{
    public static readonly ProjectSettings Settings = new(
        "Online Retail", "warehouse.duckdb", "Europe/London", "GBP", 1, "en-GB", new RfmSettings("share", "rfm", 12, default), default);

    public static ReportPlan Library(string name) => ReportFiles.Plan(ReportFiles.List(null).Single(f => f.Name == name), TestCatalogue.Value);

    public static ReportContent Fill(string name, ICubeReader? reader = null) => ReportFiller.Fill(Library(name), reader ?? FakeCubes.OnlineRetail(), Settings);
}
