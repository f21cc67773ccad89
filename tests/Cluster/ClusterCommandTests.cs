using System.Text;
using System.Text.Json;
using Crm.Analytics.Host.Cli;
using Crm.Analytics.Tests.Etl;

namespace Crm.Analytics.Tests.Cluster;

/// <summary>The commands with a cluster in crm.yaml.</summary>
internal sealed class ClusterCommandTests
{
    private static readonly string[] question = ["query", "--measures", "sales.revenue,sales.orders", "--by", "customer.country", "--csv"];

    [Test]
    public void Commands_WithACluster_AnswerAsWithTheFile_OrSayWhichNodeIsAway()
    {
        using var cluster = new TestCluster(2);
        using var project = new TestProject();
        project.Day("a", "1,P,Pen,2,2026-01-01 10:00,1.5,7,Spain", "2,P,Pen,1,2026-01-02 10:00,1.5,8,Italy", "C3,P,Pen,-1,2026-01-03 10:00,1.5,7,Spain");
        Run(project, 0, "run");
        var own = Run(project, 0, question);
        using (var copy = JsonDocument.Parse(Run(project, 0, "warehouse", "copy", "--to", cluster.Text("commands"), "--json")))
        {
            Assert.That(copy.RootElement.GetProperty("tables").EnumerateArray().All(t => t.GetProperty("same").GetBoolean()), Is.True);
            Assert.That(copy.RootElement.GetProperty("run").GetInt32(), Is.EqualTo(1));
        }

        project.Write("crm.yaml", $"name: Test\ntime_zone: Europe/London\ncurrency: GBP\nwarehouse: {cluster.Text("commands")}\n");
        Assert.That(Run(project, 0, question), Is.EqualTo(own));
        var rows = Run(project, 0, "drill", "--measures", "sales.revenue", "--by", "customer.country", "--at", "customer.country=Italy", "--rows");
        Assert.That(rows, Does.Contain("a.csv"));
        project.Day("b", "4,P,Pen,3,2026-01-04 10:00,2,8,Italy");
        Run(project, 0, "run");
        Assert.That(Run(project, 0, question), Does.Contain("Italy,7.5"));
        Assert.That(Run(project, 0, "warehouse", "copy", "--anew"), Does.Contain("shows run 2"));
        cluster.Kill(1);
        Assert.That(Run(project, 1, question), Does.Contain("does not answer"));
    }

    private static string Run(TestProject project, int code, params string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var ended = CommandLine.Run([.. arguments, "--project", project.Folder], output, error, CancellationToken.None);
        Assert.That(ended, Is.EqualTo(code), error.ToString());
        return code == 0 ? Encoding.UTF8.GetString(output.ToArray()) : error.ToString();
    }
}
