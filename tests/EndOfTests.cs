using Crm.Analytics.Tests.Servers;

namespace Crm.Analytics.Tests;

/// <summary>Ends the servers when all tests have run; it stands above every namespace of tests, since a set-up is of its own and those within.</summary>
[SetUpFixture]
internal sealed class EndOfTests
{
    [OneTimeTearDown]
    public void End() => PostgresServer.EndShared();
}
