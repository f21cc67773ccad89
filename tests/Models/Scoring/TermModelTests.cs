using Crm.Analytics.Models.Service;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Models.Scoring;

/// <summary>Words of reviews and complaints.</summary>
internal sealed class TermModelTests
{
    private static readonly TermSettings settings = TermSettings.Usual with { LeastTexts = 2 };

    [Test]
    public void Score_Texts_AreCountedByMonthAndSource()
    {
        using var warehouse = Texts();

        var outcome = warehouse.Score(new TermModel(), settings);

        Assert.That(warehouse.Rows("select month, source, term, texts, month_texts, scored_texts, round(score_sum, 3) from star.score_term order by all"), Is.EqualTo(
            "2024-01-01 complaint broken 2 2 1 0.2; "
            + "2024-01-01 review größe 2 3 2 1.8; 2024-01-01 review lieferung 1 3 1 0.2; 2024-02-01 review größe 1 2 1 1.0; 2024-02-01 review lieferung 2 2 2 1.5"));
        Assert.That((outcome.Members, outcome.Notes.Single()), Is.EqualTo((3L, "only 7 texts; which words are frequent is mostly chance")));
    }

    [Test]
    public void Score_IgnoredWords_AreLeftOut()
    {
        using var warehouse = Texts();

        warehouse.Score(new TermModel(), settings with { Ignore = ["größe"], Terms = 1 });

        Assert.That(warehouse.Rows("select distinct source, term from star.score_term order by all"), Is.EqualTo("complaint broken; review lieferung"));
    }

    [Test]
    public void Score_NoWordOftenEnough_SaysSo()
    {
        using var warehouse = Texts();

        var outcome = warehouse.Score(new TermModel(), TermSettings.Usual);

        Assert.That(outcome.Notes.Single(), Is.EqualTo("no words: 7 texts, and no word is in 5 of them"));
    }

    private static RfmWarehouse Texts()
    {
        var warehouse = new RfmWarehouse();
        warehouse.Session.Execute("""
            insert into star.fact_support_case by name select 'c1' as case_id, timestamp '2024-01-02' as opened_at, true as is_complaint, 1 as run_id union all by name select 'c2' as case_id, timestamp '2024-01-02' as opened_at, false as is_complaint, 1 as run_id;
            insert into star.fact_survey_response by name
            select 'r' || row_number() over () as response_id, moment::timestamp as answered_at, kind, score, comment, case_id, 1 as run_id from (values
              ('2024-01-03', 'rating', 5, 'Die Größe passt, die Größe ist gut', null),
              ('2024-01-04', 'nps', 8, 'Größe!', null),
              ('2024-01-05', 'csat', 1, 'Lieferung', 'c2'),
              ('2024-02-03', 'rating', 5, 'größe und lieferung', null),
              ('2024-02-05', 'nps', 5, 'LIEFERUNG', null),
              ('2024-01-09', 'csat', 1, 'It was broken', 'c1'),
              ('2024-01-09', 'csat', 1, '  ', null)) t(moment, kind, score, comment, case_id);
            insert into star.fact_interaction by name
            select 'i' || row_number() over () as interaction_id, moment::timestamp as started_at, 'mail' as kind, subject, direction, case_id, 1 as run_id from (values
              ('2024-01-02', 'Broken again', 'in', 'c1'), ('2024-01-03', 'Broken? We are sorry', 'out', 'c1'), ('2024-01-03', 'Lieferung', 'in', 'c2')) t(moment, subject, direction, case_id);
            """);
        return warehouse;
    }
}
