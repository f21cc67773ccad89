using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Engines.ClickHouse;

namespace Crm.Analytics.Tests.Cluster;

/// <summary>Addresses of clusters, the spelling of statements, and what is said when a cluster does not do what it should.</summary>
public sealed class ClusterAddressTests
{
    [TestCase("clickhouse://db.example:8124/crm", "db.example:8124", null)]
    [TestCase("clickhouse://a,b:9000/crm?cluster=main", "a:8123,b:9000", "main")]
    [TestCase("clickhouse://a,b/crm?secure=true&cluster=main", "a:8443,b:8443", "main")]
    public void Address_IsRead(string text, string hosts, string? cluster)
    {
        var address = ClusterAddress.Parse(text, "here");
        Assert.That(string.Join(',', address.Nodes.Select(n => n.Address.Authority)), Is.EqualTo(hosts));
        Assert.That(address.Cluster, Is.EqualTo(cluster));
        Assert.That(address.Database, Is.EqualTo("crm"));
        Assert.That(ClusterAddress.Parse(address.ToString(), "here").ToString(), Is.EqualTo(address.ToString()));
    }

    [TestCase("clickhouse://a,b/crm")]
    [TestCase("clickhouse://a")]
    [TestCase("clickhouse:///crm")]
    [TestCase("clickhouse://a/crm?clustre=main")]
    [TestCase("clickhouse://a/c;drop")]
    [TestCase("clickhouse://a:x/crm")]
    public void Address_ThatIsNone_IsRefused(string text)
        => Assert.Throws<CrmException>(() => ClusterAddress.Parse(text, "here"));

    [Test]
    public void Address_WithAPassword_IsRefusedWithoutSayingIt()
    {
        var error = Assert.Throws<CrmException>(() => ClusterAddress.Parse("clickhouse://me:s3cret@a/crm", "crm.yaml:2:12"));
        Assert.That(error!.Message, Does.Not.Contain("s3cret").And.Contain(ClusterLogin.PasswordVariable));
        Assert.That(new ClusterLogin("me", "s3cret").ToString(), Does.Not.Contain("s3cret"));
    }

    [TestCase("CAST(x AS DATE)", "CAST(x AS Date32)")]
    [TestCase("CAST(\"AS DATE)\" AS TIMESTAMP)", "CAST(\"AS DATE)\" AS DateTime64(6, 'UTC'))")]
    [TestCase("d >= DATE '2012-01-01' AND t = 'DATE ''2012'''", "d >= toDate32('2012-01-01') AND t = 'DATE ''2012'''")]
    [TestCase("length(\"length\") + lower (x)", "lengthUTF8(\"length\") + lowerUTF8 (x)")]
    public void Spelled_ChangesWordsAndNothingElse(string text, string expected) => Assert.That(ClickHouseDialect.Spelled(text), Is.EqualTo(expected));

    [Test]
    public void Node_ThatRefuses_IsSaidWithFourFacts_AndWrongPasswordsToo()
    {
        using var client = SharedClusters.One.Client("nowhere");
        var error = Assert.Throws<ClusterException>(() => client.Execute(client.First, "SELECT nothing FROM nowhere.at_all"));
        Assert.That(error!.Retryable, Is.False);
        Assert.That(error.Where, Does.Contain("127.0.0.1"));
        Assert.That(error.Found, Does.Contain("nowhere").And.Not.Contain("DB::Exception"));
        using var stranger = new ClusterClient(SharedClusters.One.Address("nowhere"), new ClusterLogin("nobody", "s3cret"));
        error = Assert.Throws<ClusterException>(() => stranger.Execute(stranger.First, "SELECT 1"));
        Assert.That(error!.Next, Does.Contain(ClusterLogin.PasswordVariable));
        Assert.That(error.Message, Does.Not.Contain("s3cret"));
        error = Assert.Throws<ClusterException>(() => client.Stream(client.First, "SELECT throwIf(number = 3000000) FROM numbers(4000000) SETTINGS max_block_size = 1000", null, _ => { }));
        Assert.That(error!.Retryable, Is.False, "an error in the middle of an answer is none of the network");
        using var away = new ClusterClient(ClusterAddress.Parse("clickhouse://127.0.0.1:1/crm", "here"), new ClusterLogin(null, null));
        Assert.That(Assert.Throws<ClusterException>(() => away.Execute(away.First, "SELECT 1"))!.Retryable, Is.True);
    }

    [TestCase("tab\tand \\ and 'quote' and \n line")]
    [TestCase("ÄÖ \u0000 ?&=#")]
    public void Parameter_OfAnyText_ArrivesAsItIs(string text)
    {
        using var client = SharedClusters.One.Client("nowhere");
        object? found = null;
        client.Stream(client.First, $"SELECT {new ClickHouseDialect("crm").Parameter("x", text)} AS x", new Dictionary<string, object?> { ["x"] = text }, r => found = r.GetValue(0));
        Assert.That(found, Is.EqualTo(text));
    }

    [TestCase("50%_", "x50%_y", true)]
    [TestCase("50%_", "x50aay", false)]
    [TestCase("a\\b", "A\\B", true)]
    [TestCase("ä", "Ä", true)]
    public void Pattern_StandsForItself_IgnoringCase(string text, string value, bool matches)
    {
        using var client = SharedClusters.One.Client("nowhere");
        var dialect = new ClickHouseDialect("crm");
        var parameters = new Dictionary<string, object?> { ["v"] = value, ["p"] = $"%{dialect.EscapePattern(text)}%" };
        object? found = null;
        client.Stream(client.First, $"SELECT {dialect.MatchesPattern(dialect.Parameter("v", value), dialect.Parameter("p", ""))}", parameters, r => found = r.GetValue(0));
        Assert.That(Convert.ToBoolean(found, System.Globalization.CultureInfo.InvariantCulture), Is.EqualTo(matches));
    }
}
