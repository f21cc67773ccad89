using Crm.Analytics.Models.Lifecycle;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Models.Scoring;

/// <summary>What scores stand on is recorded, and what did not change is not scored again.</summary>
internal sealed class StarScoringTests
{
    [Test]
    public void Execute_NothingChanged_DoesNotRunTheModel()
    {
        using var warehouse = new RfmWarehouse().Sell(new Sale(1, "2024-01-01", "a", 5), new Sale(1, "2024-12-31", "b", 5));

        Assert.That(Execute(warehouse, 2), Is.GreaterThan(0));
        Assert.That(warehouse.Rows("select model, model_version, status, members, data_version, parameters::json->>'PeriodDays' from star.score_model_snapshot"), Is.EqualTo("lifecycle 1 ok 1 1 90"));
        Assert.That(Execute(warehouse, 3), Is.Zero);
        Assert.That(warehouse.Rows("select distinct run_id from star.score_lifecycle"), Is.EqualTo("2"));
    }

    [Test]
    public void Execute_OtherSettings_ScoresAgain()
    {
        using var warehouse = new RfmWarehouse().Sell(new Sale(1, "2024-01-01", "a", 5), new Sale(1, "2024-12-31", "b", 5));
        Execute(warehouse, 2);

        Assert.That(Execute(warehouse, 3, LifecycleSettings.Usual with { PeriodDays = 400 }), Is.GreaterThan(0));
        Assert.That(warehouse.Rows("select status from star.score_model_snapshot"), Does.StartWith("the sales span 366 days"));
    }

    [Test]
    public void Execute_RowsRemoved_ScoresAgain()
    {
        using var warehouse = new RfmWarehouse().Sell(new Sale(1, "2024-01-01", "a", 5), new Sale(2, "2024-12-31", "b", 5));
        Execute(warehouse, 2);

        warehouse.Session.Execute("insert into star.fact_sales_history by name select * exclude (run_id), run_id as run_from, 3 as run_to from star.fact_sales where customer_key = 1; delete from star.fact_sales where customer_key = 1");

        Assert.That(Execute(warehouse, 3), Is.GreaterThan(0));
        Assert.That(warehouse.Rows("select data_version from star.score_model_snapshot"), Is.EqualTo("3"));
    }

    [Test]
    public void Execute_LeftOut_DoesNothing()
    {
        using var warehouse = new RfmWarehouse().Sell(new Sale(1, "2024-01-01", "a", 5));

        Assert.That(Execute(warehouse, 2, null), Is.Zero);
        Assert.That(warehouse.Rows("select count(*) from star.score_model_snapshot"), Is.EqualTo("0"));
    }

    private static long Execute(RfmWarehouse warehouse, int run) => Execute(warehouse, run, LifecycleSettings.Usual);

    private static long Execute(RfmWarehouse warehouse, int run, LifecycleSettings? settings)
    {
        var where = new SourceLocation("crm.yaml", 1, 1);
        var project = new Project(
            warehouse.Folder, new ProjectSettings("Shop", "warehouse.duckdb", "UTC", "EUR", 1, "en-GB", RfmWarehouse.Share, where) { Scoring = ScoringSettings.Usual with { Lifecycle = settings } },
            RfmWarehouse.Catalogue, []);
        var changed = 0L;
        warehouse.Session.InTransaction(() => changed = StarScoring.Execute(new LifecycleModel(), warehouse.Session, project, run));
        return changed;
    }
}
