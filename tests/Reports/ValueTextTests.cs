using Crm.Analytics.Reports.Content;

namespace Crm.Analytics.Tests.Reports;

internal sealed class ValueTextTests
{
    [TestCase("en-GB", "GBP", 9747747.934, ExpectedResult = "£9,747,748")]
    [TestCase("en-GB", "GBP", 441.7942, ExpectedResult = "£441.79")]
    [TestCase("en-GB", "GBP", -896812.49, ExpectedResult = "-£896,812")]
    [TestCase("de-DE", "EUR", 441.79, ExpectedResult = "441,79 €")]
    [TestCase("zh-CN", "CNY", 441.79, ExpectedResult = "¥441.79")]
    [TestCase("ja-JP", "JPY", 441.79, ExpectedResult = "¥442")]
    [TestCase("en-GB", "CHF", 441.79, ExpectedResult = "CHF\u00a0441.79")]
    public string Money_OfALocale_IsWrittenAsReadThere(string locale, string currency, double value) =>
        new ValueText(locale, currency).Of((decimal)value, "currency").Replace('\u00a0', currency == "CHF" ? '\u00a0' : ' ');

    [TestCase(1461756.25, ExpectedResult = "£1.5M")]
    [TestCase(10560.0, ExpectedResult = "£10.6k")]
    [TestCase(351.4, ExpectedResult = "£351")]
    public string Money_InLittleRoom_IsShort(double value) => new ValueText("en-GB", "GBP").Compact(value, "currency");

    [TestCase(null, ExpectedResult = "–")]
    [TestCase("", ExpectedResult = "(empty)")]
    [TestCase(4372L, ExpectedResult = "4,372")]
    [TestCase(2.5, ExpectedResult = "2.5")]
    public string Value_OfAnyKind_IsNeverBlank(object? value) => new ValueText("en-GB", "GBP").Of(value, "number");

    [Test]
    public void Year_Written_HasNoThousandsSeparator() => Assert.That(new ValueText("en-GB", "GBP").Of(2011L, "year"), Is.EqualTo("2011"));
}
