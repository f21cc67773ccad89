using System.Globalization;
using Crm.Analytics.Host.Web.Api;

namespace Crm.Analytics.Tests.Web;

internal sealed class AnswerCacheTests
{
    private const int Most = 4 << 20;

    [TestCase(10, 2000)]
    [TestCase(4000, 20)]
    public void Cache_OfManyAnswers_HoldsNoMoreThanItsBytes_KeysCounted(int answerBytes, int questionLength)
    {
        var cache = new AnswerCache(Most);
        var keys = Enumerable.Range(0, 20_000).Select(i => new AnswerKey(i.ToString(CultureInfo.InvariantCulture).PadLeft(questionLength, 'q'), "", "run 1")).ToList();
        keys.ForEach(k => cache.Add(k, new byte[answerBytes]));
        var kept = keys.Where(k => cache.TryGet(k, out _)).ToList();
        Assert.That(kept.Count * (answerBytes + (2L * questionLength)), Is.LessThanOrEqualTo(Most).And.GreaterThan(Most / 4));
        Assert.That(cache.TryGet(keys[^1], out _), "what came last is there");
        Assert.That(cache.TryGet(keys[0], out _), Is.False, "what was not asked for longest went first");
    }
}
