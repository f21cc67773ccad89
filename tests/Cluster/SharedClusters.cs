namespace Crm.Analytics.Tests.Cluster;

/// <summary>The clusters that the tests of this folder share: one node, and two. Each fixture has a database of its own there.</summary>
[SetUpFixture]
internal sealed class SharedClusters
{
    private static Lazy<TestCluster> one = new(() => new TestCluster(1));
    private static Lazy<TestCluster> two = new(() => new TestCluster(2));

    public static TestCluster One => one.Value;

    public static TestCluster Two => two.Value;

    [OneTimeTearDown]
    public void End()
    {
        foreach (var cluster in new[] { one, two }.Where(c => c.IsValueCreated))
        {
            cluster.Value.Dispose();
        }

        (one, two) = (new(() => new TestCluster(1)), new(() => new TestCluster(2)));
    }
}
