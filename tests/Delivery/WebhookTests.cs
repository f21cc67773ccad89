using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crm.Analytics.Reports.Delivery;
using Crm.Analytics.Tests.Connectors.Http;

namespace Crm.Analytics.Tests.Delivery;

internal sealed class WebhookTests
{
    private const string Allow = "security: {allow_private_addresses: [127.0.0.1]}";

    [Test]
    public async Task Webhook_Delivered_IsSignedJsonWithTheFiles()
    {
        await using var api = await ServedApi.Start("{}");
        using var project = Project(Allow, api.Url + "/hook");
        var outcome = project.Deliver().Single();
        Assert.That(outcome.State, Is.EqualTo(DeliveryState.Delivered), outcome.Said);
        var asked = api.Requests.Single();
        var file = JsonDocument.Parse(asked.Body).RootElement.GetProperty("files")[0];
        Assert.That(asked.Method, Is.EqualTo("POST"));
        Assert.That(asked.Headers["X-Crm-Signature"], Is.EqualTo("sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData("key"u8, Encoding.UTF8.GetBytes(asked.Body)))));
        Assert.That(Encoding.UTF8.GetString(file.GetProperty("content").GetBytesFromBase64()), Does.Contain("# rows: 3"));
    }

    [Test]
    public async Task Webhook_ToAPrivateAddress_IsRefusedUnlessAllowed()
    {
        await using var api = await ServedApi.Start("{}");
        using var project = Project("", api.Url);
        var outcome = project.Deliver().Single();
        Assert.That((outcome.State, api.Requests.Count), Is.EqualTo((DeliveryState.Failed, 0)));
        Assert.That(outcome.Said, Does.Contain("not a public address"));
    }

    [Test]
    public async Task Webhook_ThatIsBusyTwice_IsTriedAgainWithTheSameKey()
    {
        await using var api = await ServedApi.Start((context, n) => ServedApi.Json(context, "{}", n < 2 ? 503 : 200));
        using var project = Project(Allow, api.Url);
        Assert.That(project.Deliver().Single().State, Is.EqualTo(DeliveryState.Delivered));
        Assert.That(api.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct().Count(), Is.EqualTo(1));
        Assert.That(api.Requests, Has.Count.EqualTo(3));
    }

    [TestCase(404, 1)]
    [TestCase(302, 1)]
    [TestCase(500, 3)]
    public async Task Webhook_ThatDoesNotTakeIt_FailsWithItsStatus(int status, int tries)
    {
        await using var api = await ServedApi.Start((context, _) =>
        {
            context.Response.Headers.Location = "http://169.254.169.254/";
            return ServedApi.Json(context, "{}", status);
        });
        using var project = Project(Allow, api.Url);
        var outcome = project.Deliver().Single();
        Assert.That(outcome.State, Is.EqualTo(DeliveryState.Failed));
        Assert.That(outcome.Said, Does.Contain($"status {status}"));
        Assert.That(api.Requests, Has.Count.EqualTo(tries));
    }

    [Test]
    public async Task SecondTry_OfADeliveryThatWentHalfway_SendsOnlyTheRest()
    {
        await using var api = await ServedApi.Start((context, n) => ServedApi.Json(context, "{}", n == 0 ? 400 : 200));
        using var project = new DeliveryProject($"both: {{formats: csv, folder: to, webhook: {{url: \"{api.Url}\"}}}}", Allow);
        Assert.That(project.Deliver().Single().State, Is.EqualTo(DeliveryState.Failed));
        Directory.Delete(Path.Combine(project.Folder, "to"), recursive: true);
        Assert.That(project.Deliver().Single().State, Is.EqualTo(DeliveryState.Delivered));
        Assert.That((Directory.Exists(Path.Combine(project.Folder, "to")), api.Requests.Count), Is.EqualTo((false, 2)));
    }

    private static DeliveryProject Project(string settings, string url)
    {
        var project = new DeliveryProject("hook: {formats: csv, webhook: {url: \"${HOOK}\", secret: \"${HOOK_SECRET}\"}}", settings);
        (project.Secrets["HOOK"], project.Secrets["HOOK_SECRET"]) = (url, "key");
        return project;
    }
}
