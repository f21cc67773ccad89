using System.Text;
using Crm.Analytics.Reports.Delivery;

namespace Crm.Analytics.Tests.Delivery;

internal sealed class EmailTests
{
    [Test]
    public async Task Email_Delivered_HoldsSubjectTextAndFiles()
    {
        await using var server = new SmtpUnderTest();
        using var project = Project(server, "mail: {formats: [csv, xlsx], email: {to: [a@example.org, b@example.org], copy: c@example.org, subject: \"{title} – {date}\"}}");
        var outcome = project.Deliver().Single();
        Assert.That(outcome.State, Is.EqualTo(DeliveryState.Delivered), outcome.Said);
        var mail = server.Mails.Single();
        Assert.That(mail.From, Is.EqualTo("crm@example.org"));
        Assert.That(mail.To, Is.EqualTo(new[] { "a@example.org", "b@example.org", "c@example.org" }));
        Assert.That(mail.Data, Does.Contain("countries.by_country.csv").And.Contain("countries.xlsx"));
        Assert.That(mail.Data.Split('\n').First(l => l.StartsWith("Subject:", StringComparison.Ordinal)), Does.Contain("utf-8"));
        Assert.That(Attachment(mail.Data, "countries.by_country.csv"), Does.StartWith("geography_country,sales_revenue"));
        Assert.That(server.Credentials, Is.EqualTo(new[] { "crm", "s3cret" }));
    }

    [Test]
    public async Task Burst_ByEmail_SendsEachRecipientOneMail()
    {
        await using var server = new SmtpUnderTest();
        using var project = Project(server, "mail: {formats: csv, email: {subject: \"For {value}\"}, burst: {by: geography.country, to: {France: fr@example.org, Germany: [de@example.org, berlin@example.org]}}}");
        project.Deliver();
        Assert.That(server.Mails.Select(m => string.Join(' ', m.To)), Is.EqualTo(new[] { "fr@example.org", "de@example.org berlin@example.org" }));
        Assert.That(Attachment(server.Mails[0].Data, "countries-France.by_country.csv"), Does.Contain("France").And.Not.Contain("Germany"));
        Assert.That(server.Mails[1].Data, Does.Contain("Subject: For Germany"));
    }

    [Test]
    public async Task Server_ThatRefuses_FailsTheDeliveryWithItsWords()
    {
        await using var server = new SmtpUnderTest(refuses: "a@example.org");
        using var project = Project(server, "mail: {formats: csv, folder: to, email: {to: a@example.org}}");
        var outcome = project.Deliver().Single();
        Assert.That(outcome.State, Is.EqualTo(DeliveryState.Failed));
        Assert.That(outcome.Said, Does.Contain("mail was not taken").And.Not.Contain("s3cret"));
        Assert.That(project.Records.Single().Sent, Is.EqualTo(new[] { "folder to" }));
    }

    [Test]
    public async Task Server_WithoutEncryption_GetsNothingWhenEncryptionIsAskedFor()
    {
        await using var server = new SmtpUnderTest();
        using var project = Project(server, "mail: {formats: csv, email: {to: a@example.org}}", security: "starttls");
        Assert.That(project.Deliver().Single().State, Is.EqualTo(DeliveryState.Failed));
        Assert.That((server.Mails.Count, server.Credentials.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Email_WithoutAServer_SaysWhatToAdd()
    {
        using var project = new DeliveryProject("mail: {formats: csv, email: {to: a@example.org}}");
        Assert.That(project.Deliver().Single().Said, Does.Contain("'mail' with server and from"));
    }

    private static DeliveryProject Project(SmtpUnderTest server, string deliver, string security = "none")
    {
        var project = new DeliveryProject(deliver, $"mail: {{server: 127.0.0.1, port: {server.Port}, security: {security}, user: crm, password: \"${{SMTP_PASSWORD}}\", from: crm@example.org}}");
        project.Secrets["SMTP_PASSWORD"] = "s3cret";
        return project;
    }

    private static string Attachment(string data, string name)
    {
        var part = data[data.IndexOf(name, StringComparison.Ordinal)..];
        var body = part[(part.IndexOf("\n\n", StringComparison.Ordinal) + 2)..];
        return Encoding.UTF8.GetString(Convert.FromBase64String(body[..body.IndexOf("\n--", StringComparison.Ordinal)].Replace("\n", "", StringComparison.Ordinal)));
    }
}
