using System.Text.Json;
using Crm.Analytics.Reports.Delivery;

namespace Crm.Analytics.Tests.Delivery;

/// <summary>Members are what a source wrote, and some are written to do harm: as names of files, headers of mails, markup, formulas.</summary>
internal sealed class HostileMemberTests
{
    private static readonly string[] hostile =
    [
        "../../outside", "/etc/outside", "..", ".", "a/b", "a_b", "a\\b", "C:\\outside", "CON", "nul\0l", "=cmd|' /C calc'!A0", "  =1+1", "\t=1+1", "+1", "-1+1", "@SUM(1)", "\r=1", "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>", "France\r\nBcc: evil@example.org", "'; DROP TABLE star.fact_sales; --", new string('x', 300),
    ];

    [Test]
    public void Burst_ToAFolder_WritesAFileForEachMember_AllInIt()
    {
        using var project = Project("regions: {formats: json, folder: to, burst: {by: geography.country}}");
        var outcomes = project.Deliver();
        Assert.That(outcomes.Select(o => (o.Value, o.State)), Is.EquivalentTo(hostile.Select(h => (h, DeliveryState.Delivered))), string.Join('\n', outcomes.Select(o => o.Said).Distinct()));
        var written = Directory.GetFiles(Path.Combine(project.Folder, "to"), "*", SearchOption.AllDirectories);
        Assert.That(written, Has.Length.EqualTo(hostile.Length), "no member's file took the place of another's");
        Assert.That(written.Select(Path.GetDirectoryName).Distinct(), Is.EqualTo(new[] { Path.Combine(project.Folder, "to") }));
        Assert.That(written.Select(w => Path.GetFileName(w).Length).Max(), Is.LessThan(150));
        Assert.That(Directory.EnumerateFiles(Path.GetDirectoryName(project.Folder)!, "*outside*"), Is.Empty);
    }

    [Test]
    public void Html_Delivered_ShowsMarkupAsText()
    {
        using var project = Project("page: {formats: html, folder: to}");
        Assert.That(project.Deliver().Single().State, Is.EqualTo(DeliveryState.Delivered));
        var page = File.ReadAllText(Path.Combine(project.Folder, "to", "countries.html"));
        Assert.That(page, Does.Contain("&lt;script&gt;alert(1)&lt;/script&gt;"));
        Assert.That(page, Does.Not.Contain("<script>alert(1)").And.Not.Contain("<img src=x"));
    }

    [Test]
    public void Csv_Delivered_HoldsNoFormula()
    {
        using var project = Project("figures: {formats: csv, folder: to}");
        Assert.That(project.Deliver().Single().State, Is.EqualTo(DeliveryState.Delivered));
        var text = File.ReadAllText(Path.Combine(project.Folder, "to", "countries.by_country.csv"));
        foreach (var formula in new[] { "=cmd|", "  =1+1", "\t=1+1", "+1", "-1+1", "@SUM(1)", "\r=1" })
        {
            Assert.That(text, Does.Contain($"'{formula}"));
            Assert.That(text, Does.Not.Contain($"\n{formula}").And.Not.Contain($"\n\"{formula}").And.Not.Contain($",{formula}").And.Not.Contain($",\"{formula}"));
        }
    }

    [Test]
    public async Task Subject_WithAMember_IsOneHeader()
    {
        await using var server = new SmtpUnderTest();
        var names = JsonSerializer.Serialize("France\r\nBcc: evil@example.org");
        using var project = Project(
            "mail: {formats: csv, email: {subject: \"For {value}\"}, burst: {by: geography.country, to: {" + names + ": a@example.org}}}",
            $"mail: {{server: 127.0.0.1, port: {server.Port}, security: none, from: crm@example.org}}");
        Assert.That(project.Deliver().Single().State, Is.EqualTo(DeliveryState.Delivered));
        var mail = server.Mails.Single();
        Assert.That(mail.To, Is.EqualTo(new[] { "a@example.org" }));
        Assert.That(mail.Data.Split('\n').TakeWhile(l => l.Trim().Length > 0), Has.None.StartsWith("Bcc:"));
    }

    private static DeliveryProject Project(string deliver, string settings = "") => new(deliver, settings) { Cubes = new RowCubes([.. hostile.Select((h, i) => new Sale(h, new(2011, 12, 1), "anna", 100 + i))]) };
}
