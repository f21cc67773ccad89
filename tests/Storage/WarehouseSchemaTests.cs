using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Storage;

public sealed class WarehouseSchemaTests
{
    private static readonly IReadOnlyList<WarehouseSchema.Migration> Later =
    [
        new(WarehouseSchema.Current, "first", "-- never run again\nselect error('again')"),
        new(WarehouseSchema.Current + 1, "second", "alter table meta.run add column host varchar; update meta.run set host = 'old'"),
        new(WarehouseSchema.Current + 2, "third", "create table meta.extra (i integer)"),
    ];

    [Test]
    public void BringUp_NewWarehouse_IsAtTheCurrentVersion()
    {
        using var folder = new WarehouseFolder();
        using var instance = DuckDbInstance.OpenWarehouse(folder.Options);
        using var session = instance.Connect();

        Assert.That(WarehouseSchema.VersionOf(session), Is.EqualTo(WarehouseSchema.Current));
        Assert.That(session.Scalar<string>("select name from meta.schema_version where version = 1"), Is.EqualTo("run_log"));
        Assert.That(
            session.Query<string>("select table_name from duckdb_tables() where schema_name = 'meta' order by 1"),
            Is.SupersetOf(new[] { "declared_table", "quarantine", "run", "run_step", "run_stream", "schema_version", "source_file" }));
    }

    [Test]
    public void BringUp_OlderWarehouse_GoesForwardStepByStepAndKeepsItsRows()
    {
        using var folder = new WarehouseFolder();
        using var instance = DuckDbInstance.OpenWarehouse(folder.Options);
        using var session = instance.Connect();
        session.Execute(
            "insert into meta.run (run_id, status, started_at, read, loaded, unchanged, quarantined, removed) values (1, 'done', timestamp '2020-01-01', 1, 1, 0, 0, 0)");

        WarehouseSchema.BringUp(session, folder.Warehouse, WarehouseAccess.ReadWrite, Later);
        WarehouseSchema.BringUp(session, folder.Warehouse, WarehouseAccess.ReadWrite, Later);

        Assert.That(session.Query<int>("select version from meta.schema_version order by 1"), Is.EqualTo(Enumerable.Range(1, WarehouseSchema.Current + 2)));
        Assert.That(session.Scalar<string>("select host from meta.run"), Is.EqualTo("old"));
    }

    [Test]
    public void BringUp_MigrationThatFails_LeavesTheVersionBefore()
    {
        using var folder = new WarehouseFolder();
        using var instance = DuckDbInstance.OpenWarehouse(folder.Options);
        using var session = instance.Connect();
        WarehouseSchema.Migration[] broken = [Later[0], new(WarehouseSchema.Current + 1, "broken", "create table meta.half (i integer); select error('half way')")];

        Assert.That(() => WarehouseSchema.BringUp(session, folder.Warehouse, WarehouseAccess.ReadWrite, broken), Throws.TypeOf<EngineException>());

        Assert.That(WarehouseSchema.VersionOf(session), Is.EqualTo(WarehouseSchema.Current));
        Assert.That(session.Scalar<long>("select count(*) from duckdb_tables() where table_name = 'half'"), Is.Zero);
    }

    [Test]
    public void BringUp_OlderWarehouseOnlyRead_SaysToBringItUpToDate()
    {
        using var folder = new WarehouseFolder();
        using var instance = DuckDbInstance.OpenWarehouse(folder.Options);
        using var session = instance.Connect();

        var error = Assert.Throws<CrmException>(() => WarehouseSchema.BringUp(session, folder.Warehouse, WarehouseAccess.Read, Later));

        Assert.That((error.Found, error.Next), Is.EqualTo(($"the warehouse has schema version {WarehouseSchema.Current}", "Run `crm run` once, which brings it up to date")));
    }

    [TestCase(WarehouseAccess.ReadWrite)]
    [TestCase(WarehouseAccess.Read)]
    public void OpenWarehouse_OfANewerProgram_IsRefusedUnharmed(WarehouseAccess access)
    {
        using var folder = new WarehouseFolder();
        using (var instance = DuckDbInstance.OpenWarehouse(folder.Options))
        {
            using var session = instance.Connect();
            session.Execute("insert into meta.schema_version values (999, 'from the future')");
        }

        var before = File.ReadAllBytes(folder.Warehouse);
        var error = Assert.Throws<CrmException>(() => DuckDbInstance.OpenWarehouse(folder.Options with { Access = access }));

        Assert.That(error.Found, Is.EqualTo("the warehouse has schema version 999"));
        Assert.That(error.Next, Does.Contain("newer"));
        Assert.That(File.ReadAllBytes(folder.Warehouse).AsSpan().SequenceEqual(before), Is.True, "the file was changed");
    }

    [Test]
    public void Migrations_OfAllVersions_UseNoFunctionDefaults()
    {
        using var folder = new WarehouseFolder();
        using var instance = DuckDbInstance.OpenWarehouse(folder.Options);
        using var session = instance.Connect();

        Assert.That(session.Query<string>("select table_name || '.' || column_name from duckdb_columns() where not internal and column_default like '%(%'"), Is.Empty);
    }
}
