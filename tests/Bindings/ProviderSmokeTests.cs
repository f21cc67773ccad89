using Dapper;
using DuckDB.NET.Data;

namespace Crm.Analytics.Tests.Bindings;

public sealed class ProviderSmokeTests
{
    [Test]
    public void Connection_OpenAndQuery_AnswersTheVersion()
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();

        using var command = connection.CreateCommand();
        command.CommandText = "select version()";

        Assert.That(command.ExecuteScalar(), Is.EqualTo("v1.5.6"));
    }

    [Test]
    public void Dapper_TypedQueryWithNamedParameter_FillsRecords()
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();

        var rows = connection.Query<(int N, string Text)>("select range::int, 'no ' || range from range($upTo)", new { upTo = 3L }).ToList();

        Assert.That(rows, Is.EqualTo(new[] { (0, "no 0"), (1, "no 1"), (2, "no 2") }));
    }
}
