using System.Text.Json;
using Crm.Analytics.Host.Observation;

namespace Crm.Analytics.Tests.Host;

internal sealed class LogLinesTests
{
    [Test]
    public void WriteLine_Texts_MakesADocumentOfEach()
    {
        using var said = new StringWriter();
        using (var lines = new LogLines(said, TimeProvider.System))
        {
            lines.WriteLine("crm: a \"quoted\" word\r");
            lines.Write("and a ");
            lines.WriteLine("Tür");
            lines.WriteLine();
        }

        var documents = said.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.That(documents.Select(d => d.GetProperty("message").GetString()), Is.EqualTo(new[] { "crm: a \"quoted\" word", "and a Tür" }));
        Assert.That(documents[0].GetProperty("time").GetDateTimeOffset(), Is.GreaterThan(DateTimeOffset.UnixEpoch));
    }
}
