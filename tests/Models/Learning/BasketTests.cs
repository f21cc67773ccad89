using Crm.Analytics.Models.Baskets;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Models.Learning;

internal sealed class BasketTests
{
    [Test]
    public void Find_RandomBaskets_CountsAsEveryoneByHand([Range(1, 6)] int seed)
    {
        var random = new Random(seed);
        var baskets = Enumerable.Range(0, 60).Select(_ => Enumerable.Range(0, 8).Where(i => random.Next(10) < 3 + i % 4).Select(i => $"i{i}").ToHashSet()).Where(b => b.Count > 0).ToList();
        using var file = Lines(baskets);

        var summary = FrequentSets.Find(file.Session, "model_data", "basket", "item", new BasketOptions(0.1, 0.6) { AnyConsequent = true });

        var least = (long)Math.Ceiling(0.1 * baskets.Count - 1e-9);
        var sets = Enumerable.Range(1, 255).Select(mask => Enumerable.Range(0, 8).Where(i => (mask >> i & 1) == 1).Select(i => $"i{i}").ToArray())
            .Select(items => (Items: items, Count: Count(baskets, items))).Where(s => s.Count >= least).ToList();
        Assert.That(summary.Sets.Select(s => $"{s.Items}: {s.Baskets}"), Is.EquivalentTo(sets.Select(s => $"{string.Join(" + ", s.Items)}: {s.Count}")));
        var rules = from s in sets
                    from mask in Enumerable.Range(1, (1 << s.Items.Length) - 2)
                    let left = s.Items.Where((_, i) => (mask >> i & 1) == 0).ToArray()
                    let right = s.Items.Where((_, i) => (mask >> i & 1) == 1).ToArray()
                    let confidence = s.Count / (double)Count(baskets, left)
                    where confidence >= 0.6 - 1e-9
                    select $"{string.Join(" + ", left)} → {string.Join(" + ", right)}: {s.Count} {confidence:0.000000} {confidence * baskets.Count / Count(baskets, right):0.000000}";
        Assert.That(summary.Rules.Select(r => $"{r.Bought} → {r.AlsoBought}: {r.Baskets} {r.Confidence:0.000000} {r.Lift:0.000000}"), Is.EquivalentTo(rules));
        Assert.That(summary.RuleCount, Is.EqualTo(summary.Rules.Count));
    }

    [Test]
    public void Rules_Conviction_IsAsDefinedAndNullWhenNeverWrong()
    {
        using var file = Lines([["a", "b"], ["a", "b"], ["a"], ["c", "b"]]);

        var rules = FrequentSets.Find(file.Session, "model_data", "basket", "item", new BasketOptions(0.25, 0)).Rules.ToDictionary(r => $"{r.Bought} → {r.AlsoBought}");

        Assert.That(rules["a → b"].Conviction, Is.EqualTo((1 - 0.75) / (1 - 2 / 3.0)).Within(1e-12));
        Assert.That(rules["c → b"].Conviction, Is.Null);
        Assert.That(rules["c → b"].Lift, Is.EqualTo(4 / 3.0).Within(1e-12));
    }

    [Test]
    public void Kind_RepeatedAndMissing_CountOnce()
    {
        using var file = KindFile.Rows(["order", "sku"], [["1", "a"], ["1", "a"], ["1", "b"], ["2", "a"], ["2", " b "], ["3", null], ["", "a"], ["4", "c"]]);

        var result = file.Fit("baskets", "basket=order", "item=sku", "support=2", "confidence=0.9");

        Assert.That(result.Count("baskets"), Is.EqualTo(3));
        Assert.That(result.Count("rows_left_out"), Is.EqualTo(2));
        Assert.That(result.Table("sets").Select(r => $"{r[1]} {r[2]}"), Is.EquivalentTo((string[])["a 2", "b 2", "a + b 2"]));
        Assert.That(result.Table("rules"), Has.Count.EqualTo(2));
    }

    [Test]
    public void Kind_NothingTogether_IsSaidInWords()
    {
        using var file = KindFile.Rows(["order", "sku"], [["1", "a"], ["2", "b"], ["3", "a"]]);
        using var empty = KindFile.Rows(["order", "sku"], [["1", ""], ["", "b"]]);

        Assert.That(file.Fit("baskets", "basket=order", "item=sku").Warnings, Has.Some.Contains("one item only"));
        Assert.That(Assert.Throws<CrmException>(() => empty.Fit("baskets", "basket=order", "item=sku"))!.Found, Does.StartWith("no row has both"));
    }

    [Test]
    public void Sequences_RandomPurchases_CountAsByHand([Range(1, 4)] int seed)
    {
        var random = new Random(seed);
        var lines = Enumerable.Range(0, 160).Select(_ => (Customer: random.Next(20), Item: random.Next(5), Day: random.Next(8))).ToList();
        using var file = KindFile.Rows(["c", "i", "d"], lines.Select(l => (string?[])[$"c{l.Customer}", $"i{l.Item}", $"{new DateOnly(2020, 1, 1).AddDays(l.Day):yyyy-MM-dd}"]));

        var found = PurchaseSequences.Find(file.Session, "model_data", "c", "i", "d::date", 0.2);

        var customers = lines.GroupBy(l => l.Customer).ToList();
        var all = from size in (int[])[2, 3] from code in Enumerable.Range(0, (int)Math.Pow(5, size)) select Enumerable.Range(0, size).Select(k => code / (int)Math.Pow(5, k) % 5).ToArray();
        var expected = all.Select(s => (s, Count: customers.Count(c => Has(c, s, int.MinValue)))).Where(s => s.Count >= Math.Ceiling(0.2 * customers.Count - 1e-9));
        Assert.That(found.Sequences.Select(s => $"{s.Items}: {s.Customers}"), Is.EquivalentTo(expected.Select(e => $"{string.Join(" → ", e.s.Select(i => $"i{i}"))}: {e.Count}")));
        Assert.That(found.Sequences.Select(s => s.MedianDays), Is.All.Positive);

        static bool Has(IEnumerable<(int Customer, int Item, int Day)> bought, int[] items, int after)
            => items.Length == 0 || bought.Any(b => b.Item == items[0] && b.Day > after && Has(bought, items[1..], b.Day));
    }

    [Test]
    public void Recommend_NeverOffersWhatIsOwned_AndSaysWhy()
    {
        var random = new Random(6);
        var lines = Enumerable.Range(0, 200).SelectMany(c => Enumerable.Range(0, 12).Where(i => random.Next(10) < (i % 2 == c % 2 ? 5 : 1)).Select(i => (Customer: $"c{c:000}", Item: $"i{i}"))).ToList();
        using var file = KindFile.Rows(["who", "what"], lines.Select(l => (string?[])[l.Customer, l.Item]));

        var result = file.Fit("recommend", "customer=who", "item=what", "offers=3");

        var owned = lines.ToHashSet();
        Assert.That(result.Table("offers"), Is.Not.Empty);
        Assert.That(result.Table("offers").Where(r => owned.Contains(((string)r[0]!, (string)r[2]!))), Is.Empty);
        Assert.That(result.Table("offers").Where(r => !owned.Contains(((string)r[0]!, (string)r[4]!))), Is.Empty);
        Assert.That(result.Held("hit_rate"), Is.GreaterThan(result.Held("hit_rate_of_most_bought")!.Value));
        Assert.That(result.Numbers(), Is.All.Matches<double>(double.IsFinite));
    }

    private static KindFile Lines(IEnumerable<IEnumerable<string>> baskets)
        => KindFile.Rows(["basket", "item"], baskets.SelectMany((b, n) => b.Select(i => (string?[])[$"{n}", i])));

    private static long Count(List<HashSet<string>> baskets, string[] items) => baskets.Count(b => b.IsSupersetOf(items));
}
