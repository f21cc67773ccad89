using Crm.Analytics.Warehouse.Declarations;
using Quartz;

namespace Crm.Analytics.Tests.Jobs;

internal sealed class CronTests
{
    [TestCase("* * * * *", true)]
    [TestCase("*/15 8-18 * * mon-fri", true)]
    [TestCase("0 0 1,15 jan,JUL *", true)]
    [TestCase("0 0 * * 7", true)]
    [TestCase("0 0 13 * 5", true)]
    [TestCase("0-30/10 0 * * *", true)]
    [TestCase("0 0 29 2 *", true)]
    [TestCase("@daily", true)]
    [TestCase("0 0 30 2 *", false)]
    [TestCase("0 0 31 4,6 *", false)]
    [TestCase("0 0 31 2 1", true)]
    [TestCase("60 * * * *", false)]
    [TestCase("5-1 * * * *", false)]
    [TestCase("5/10 * * * *", false)]
    [TestCase("* * * *", false)]
    [TestCase("0 * * * * *", false)]
    [TestCase("@reboot", false)]
    [TestCase("", false)]
    public void IsValid_Text_IsWhatUnixReads(string text, bool isValid) => Assert.That(Cron.IsValid(text), Is.EqualTo(isValid));

    [Test]
    public void IsValid_WhateverItAccepts_TheSchedulerReadsToo()
    {
        var random = new Random(7);
        string[] minutes = ["*", "0", "5,35", "*/7", "10-20", "10-50/9"], days = ["*", "1", "31", "1-7", "*/2", "28,29"], months = ["*", "2", "jan", "apr-jun", "12"],
            weekdays = ["*", "0", "7", "sun", "mon-fri", "1,3,5", "5-7", "*/2", "sat"];
        var refused = new List<string>();
        for (var i = 0; i < 2000; i++)
        {
            string Pick(string[] of) => of[random.Next(of.Length)];
            var text = $"{Pick(minutes)} {Pick(["*", "0", "23", "8-18", "*/3"])} {Pick(days)} {Pick(months)} {Pick(weekdays)}";
            if (Cron.IsValid(text) && (!CronExpression.TryParse(text, CronFormat.Unix, out var read) || read.GetNextValidTimeAfter(DateTimeOffset.UnixEpoch.AddYears(56)) is null))
            {
                refused.Add(text);
            }
        }

        Assert.That(refused.Distinct(), Is.Empty);
    }
}
