using System.Globalization;
using Crm.Analytics.Models.Cohorts;
using Crm.Analytics.Models.Portfolio;
using Crm.Analytics.Tests.Models;
using Crm.Analytics.Tests.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Published;

/// <summary>Concentration and cohorts of the CDNOW master file, scored from a star.</summary>
internal sealed class PortfolioPublishedTests
{
    [Test]
    public void Star_Cdnow_HasThePublishedConcentrationAndCohorts()
    {
        using var warehouse = new RfmWarehouse();
        warehouse.Sell(File.ReadLines(FittedFile.Data("cdnow", "CDNOW_master.txt")).Where(l => char.IsAsciiDigit(l.Trim().FirstOrDefault())).Select(Purchase));

        warehouse.Score(new PortfolioModel(), PortfolioSettings.Usual with { WindowDays = 36_500, MonthEnds = 0 });
        warehouse.Score(new CohortsModel(), CohortSettings.Usual);

        Assert.That(warehouse.Rows("select members, revenue, round(gini, 6), round(100 * top_fifth_share, 4), members_for_80_percent from star.score_concentration where subject = 'customers'"),
            Is.EqualTo("23570 2500315.6300 0.634571 67.7774 7695"));
        Assert.That(warehouse.Rows("select cohort, active_customers from star.score_cohort_month where cohort_by = 'month' and (cohort = '1997-01' and age_months < 4 or cohort <> '1997-01' and age_months < 2) order by cohort, age_months"),
            Is.EqualTo("1997-01 7846; 1997-01 1157; 1997-01 964; 1997-01 810; 1997-02 8476; 1997-02 1312; 1997-03 7248; 1997-03 1032"));

        static Sale Purchase(string line, int number)
        {
            var part = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return new(int.Parse(part[0], CultureInfo.InvariantCulture), DateTime.ParseExact(part[1], "yyyyMMdd", CultureInfo.InvariantCulture), $"{number}", decimal.Parse(part[3], CultureInfo.InvariantCulture));
        }
    }
}
