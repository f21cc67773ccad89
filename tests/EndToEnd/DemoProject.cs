using System.Text.Json;

namespace Crm.Analytics.Tests.EndToEnd;

/// <summary>One demo for all tests of this folder, made as a newcomer makes it.</summary>
[SetUpFixture]
internal sealed class DemoProject
{
    /// <summary>Where the demo was started.</summary>
    public static string Start { get; private set; } = "";

    /// <summary>The project it made.</summary>
    public static string Folder => Path.Combine(Start, "demo", "online-retail");

    /// <summary>What it answered.</summary>
    public static JsonElement Answer { get; private set; }

    [OneTimeSetUp]
    public async Task Make()
    {
        Start = Directory.CreateTempSubdirectory("crm-demo-").FullName;
        var demo = await CrmProgram.RunIn(Start, "demo", "--json");
        Assert.That(demo.Code, Is.Zero, demo.ToString());
        Answer = demo.Json();
    }

    [OneTimeTearDown]
    public void Delete() => Directory.Delete(Start, recursive: true);
}
