using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Storage;

public sealed class OpeningTests
{
    [Test]
    public void OpenWarehouse_NewFile_HasTheRunLogAndKeepsWhatIsWritten()
    {
        using var folder = new WarehouseFolder();
        using (var instance = DuckDbInstance.OpenWarehouse(folder.Options))
        {
            using var session = instance.Connect();
            session.Execute("create table star.t as select range as i from range(10)");
        }

        using var again = DuckDbInstance.OpenWarehouse(folder.Options with { Access = WarehouseAccess.Read });
        using var reader = again.Connect();

        Assert.That(reader.Scalar<long>("select sum(i) from star.t"), Is.EqualTo(45));
        Assert.That(reader.Scalar<long>("select count(*) from meta.run"), Is.Zero);
        Assert.That(reader.Scalar<string>("select current_database()"), Is.EqualTo("warehouse"));
        Assert.That(() => reader.Execute("delete from star.t"), Throws.TypeOf<EngineException>());
    }

    [Test]
    public void Connect_TwoSessions_SeeTheSameInstance()
    {
        using var folder = new WarehouseFolder();
        using var instance = DuckDbInstance.OpenWarehouse(folder.Options);
        using var one = instance.Connect();
        using var other = instance.Connect();

        one.Execute("create table star.t (i integer)");
        one.InTransaction(() =>
        {
            one.Execute("insert into star.t values (1)");
            Assert.That(other.Scalar<long>("select count(*) from star.t"), Is.Zero);
        });

        Assert.That(other.Scalar<long>("select count(*) from star.t"), Is.EqualTo(1));
    }

    [Test]
    public void Connect_AfterASessionWithTemporaryTables_SeesNone()
    {
        using var folder = new WarehouseFolder();
        using var instance = DuckDbInstance.OpenWarehouse(folder.Options);
        for (var round = 0; round < 12; round++)
        {
            using var session = instance.Connect();
            session.Execute("create temporary table \"odd \"\" name\" (i integer); create temp view v as select * from \"odd \"\" name\"; use memory");
        }

        using var next = instance.Connect();

        Assert.That(next.Scalar<long>("select count(*) from duckdb_tables() where temporary"), Is.Zero);
        Assert.That(next.Scalar<string>("select current_database()"), Is.EqualTo("warehouse"));
    }

    [Test]
    public void OpenWarehouse_TwiceInOneProcess_IsRefused()
    {
        using var folder = new WarehouseFolder();
        using var instance = DuckDbInstance.OpenWarehouse(folder.Options);
        var sideways = Path.Combine(folder.Path, "..", Path.GetFileName(folder.Path), "warehouse.duckdb");

        var error = Assert.Throws<CrmException>(() => DuckDbInstance.OpenWarehouse(new WarehouseOptions(sideways)));

        Assert.That(error.Found, Does.Contain("opened the warehouse already"));
        Assert.That(error.Kind, Is.EqualTo(FailureKind.Failed));
    }
}
