namespace Crm.Analytics.Tests.Etl;

/// <summary>Fiscal calendars held against dates that were worked out by hand, and what happens when a project changes its mind about them.</summary>
public sealed class FiscalCalendarTests
{
    private const string Source = "source: web\nconnector: files\nstreams:\n  web_event: {path: data/*.csv, format: csv}\n";

    // The retail year 2023 began on Sunday, January 29, the Sunday nearest to February 1, and had 53 weeks; that of 2024 began on February 4.
    [TestCase("4-5-4", "sunday", "20230128 2023 4 12", "20230129 2024 1 1", "20230225 2024 1 1", "20230226 2024 1 2", "20230401 2024 1 2", "20230402 2024 1 3", "20230429 2024 1 3", "20230430 2024 2 4",
        "20230730 2024 3 7", "20231029 2024 4 10", "20240127 2024 4 12", "20240203 2024 4 12", "20240204 2025 1 1")]
    [TestCase("4-4-5", "sunday", "20230129 2024 1 1", "20230225 2024 1 1", "20230226 2024 1 2", "20230325 2024 1 2", "20230326 2024 1 3", "20230429 2024 1 3", "20230430 2024 2 4", "20240203 2024 4 12")]
    [TestCase("5-4-4", "sunday", "20230129 2024 1 1", "20230304 2024 1 1", "20230305 2024 1 2", "20230401 2024 1 2", "20230402 2024 1 3", "20230430 2024 2 4")]
    // With weeks from Monday the year begins on January 30, 2023, and on January 29, 2024 (a Monday three days before February 1): 52 weeks.
    [TestCase("4-4-5", "monday", "20230129 2023 4 12", "20230130 2024 1 1", "20230226 2024 1 1", "20230227 2024 1 2", "20240128 2024 4 12", "20240129 2025 1 1")]
    // Months: the fiscal year is named by the year in which it ends.
    [TestCase("months", "monday", "20230131 2023 4 12", "20230201 2024 1 1", "20230430 2024 1 3", "20230501 2024 2 4", "20240131 2024 4 12", "20240229 2025 1 1")]
    public void Days_OfAFiscalCalendar_AreThoseWorkedOutByHand(string periods, string week, params string[] days)
    {
        using var project = Project(periods, week, "february");
        project.Run();
        var keys = string.Join(", ", days.Select(d => d[..8]));
        Assert.That(Fiscal(project, keys), Is.EqualTo(days));
    }

    [Test]
    public void Settings_ThatChange_MakeTheCalendarAnew_AndThePastKeepsItsOwn()
    {
        using var project = Project("months", "monday", "january");
        project.Run();
        Assert.That(Fiscal(project, "20230401, 20240229"), Is.EqualTo(new[] { "20230401 2023 2 4", "20240229 2024 1 2" }));
        var days = project.Scalar<long>("SELECT count(*) FROM star.dim_date");

        // Nothing new is in the source: the settings alone changed.
        Settings(project, "months", "monday", "april");
        project.Run();
        Assert.That(Fiscal(project, "20230401, 20240229"), Is.EqualTo(new[] { "20230401 2024 1 1", "20240229 2024 4 11" }));
        Assert.That(project.Scalar<long>("SELECT count(*) FROM star.dim_date"), Is.EqualTo(days));
        Assert.That(project.Query<string>("SELECT concat_ws(' ', date_key, fiscal_year, fiscal_quarter, fiscal_month, run_from, run_to) FROM star.dim_date_history WHERE date_key = 20240229"), Is.EqualTo(new[] { "20240229 2024 1 2 1 2" }));

        Settings(project, "4-4-5", "sunday", "february");
        project.Run();
        Assert.That(Fiscal(project, "20230129, 20240203"), Is.EqualTo(new[] { "20230129 2024 1 1", "20240203 2024 4 12" }));

        // The same settings once more change nothing.
        var history = project.Scalar<long>("SELECT count(*) FROM star.dim_date_history");
        project.Run();
        Assert.That(project.Scalar<long>("SELECT count(*) FROM star.dim_date_history"), Is.EqualTo(history));
    }

    private static TestProject Project(string periods, string week, string start)
    {
        var project = new TestProject(Source);
        Settings(project, periods, week, start);
        project.Write("data/events.csv", "event_id,kind,happened_at\n1,a,2023-06-01 12:00:00\n2,a,2024-02-29 12:00:00\n");
        return project;
    }

    private static void Settings(TestProject project, string periods, string week, string start)
        => project.Write("crm.yaml", $"name: Test\nfiscal_year_start: {start}\nfiscal_periods: {periods}\nfirst_day_of_week: {week}\n");

    private static IReadOnlyList<string> Fiscal(TestProject project, string keys)
        => project.Query<string>($"SELECT concat_ws(' ', date_key, fiscal_year, fiscal_quarter, fiscal_month) FROM star.dim_date WHERE date_key IN ({keys}) ORDER BY 1");
}
