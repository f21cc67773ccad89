namespace Crm.Analytics.Tests.Models;

internal sealed class LifecycleTests
{
    [Test]
    public void Lifecycle_EachStory_IsItsStage()
    {
        var result = FittedFile.FitText("lifecycle", """
            who,day,paid
            new,2024-12-01,10
            active,2024-12-01,10
            active,2024-09-01,10
            growing,2024-12-01,20
            growing,2024-09-01,10
            declining,2024-12-01,5
            declining,2024-09-01,10
            dormant,2024-09-01,10
            lost,2024-01-01,10
            back,2024-12-31,10
            back,2024-01-01,10
            prospect,2024-12-01,-1

            """, ("customer", "who"), ("date", "day"), ("amount", "paid"), ("as-of", "2024-12-31"));

        Assert.That(result.Table("stages").Rows.Select(r => $"{r[0]} {r[1]}"), Is.EquivalentTo((string[])
            ["new 1", "active 1", "growing 1", "declining 1", "dormant 1", "lost 1", "won back 1", "prospect 1"]));
        Assert.That(result.Table("flows").Rows.Select(r => $"{r[0]} > {r[1]}"), Is.EquivalentTo((string[])
            ["(not there) > new", "(not there) > prospect", "new > active", "new > growing", "new > declining", "new > dormant", "lost > lost", "lost > won back"]));
    }

    [Test]
    public void Matched_EffectHiddenByWhoJoins_IsFound()
    {
        // Big spenders join; joining adds 5. Without matching the difference would be far more.
        var rows = string.Concat(Enumerable.Range(0, 2000).Select(i =>
        {
            var before = i % 100;
            var member = (i / 100) % 10 < before / 10;
            return FormattableString.Invariant($"{(member ? "yes" : "no")},{(before / 20 * 20) + (member ? 5 : 0) + (i % 3)},{before}\n");
        }));

        var figures = FittedFile.FitText("matched", "member,after,before\n" + rows, ("member", "member"), ("outcome", "after"), ("match", "before")).Figures;

        Assert.That(figures.Value("effect"), Is.EqualTo(5).Within(.3));
        Assert.That(figures.Value("raw_difference"), Is.GreaterThan(20));
        Assert.That(figures.Value("effect_low95"), Is.LessThan(5).And.GreaterThan(4));
    }
}
