namespace Crm.Analytics.Tests.Browser;

/// <summary>Ends what the tests of this folder share.</summary>
[SetUpFixture]
internal sealed class EndOfBrowser
{
    [OneTimeTearDown]
    public async Task Stop()
    {
        await SitePage.Stop();
        await ServedSample.StopAll();
    }
}
