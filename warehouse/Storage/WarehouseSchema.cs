using System.Globalization;
using System.Reflection;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>
/// The version of the warehouse's own tables. Each embedded file <c>Migrations/NNN_name.sql</c> takes it one version forward; there is no way back,
/// and a warehouse of a later version is refused, since an older program does not know what it would break.
/// </summary>
internal static class WarehouseSchema
{
    private static readonly IReadOnlyList<Migration> All = Migrations(typeof(WarehouseSchema).Assembly);

    /// <summary>The version this program writes.</summary>
    public static int Current => All[^1].Version;

    /// <summary>Brings the warehouse to <see cref="Current"/>, or refuses it.</summary>
    /// <param name="session">A session on the warehouse.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="access">A warehouse that is only read is not migrated.</param>
    public static void BringUp(ISession session, string path, WarehouseAccess access) => BringUp(session, path, access, All);

    internal static void BringUp(ISession session, string path, WarehouseAccess access, IReadOnlyList<Migration> migrations)
    {
        var found = VersionOf(session);
        var wanted = migrations[^1].Version;
        if (found > wanted)
        {
            throw new CrmException(
                FailureKind.Failed, string.Create(CultureInfo.InvariantCulture, $"the warehouse has schema version {found}"), path,
                string.Create(CultureInfo.InvariantCulture, $"{wanted} at most, the version this program knows"),
                "Nothing was changed. Use the program that made it, or a newer one");
        }

        if (found < wanted && access == WarehouseAccess.Read)
        {
            throw new CrmException(
                FailureKind.Failed, string.Create(CultureInfo.InvariantCulture, $"the warehouse has schema version {found}"), path,
                string.Create(CultureInfo.InvariantCulture, $"{wanted}, the version this program reads"), "Run `crm run` once, which brings it up to date");
        }

        foreach (var migration in migrations.Where(migration => migration.Version > found))
            Apply(session, migration);
    }

    /// <summary>The version a warehouse has; 0 for a new one.</summary>
    internal static int VersionOf(ISession session)
    {
        try
        {
            return session.Scalar<int>("SELECT coalesce(max(version), 0) FROM meta.schema_version");
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.Name)
        {
            return 0;
        }
    }

    // The version is written in the migration's own transaction: a process that dies leaves the one version or the other.
    private static void Apply(ISession session, Migration migration)
    {
        session.InTransaction(() =>
        {
            session.Execute("CREATE SCHEMA IF NOT EXISTS meta; CREATE TABLE IF NOT EXISTS meta.schema_version (version INTEGER NOT NULL, name VARCHAR NOT NULL)");
            session.Execute(migration.Sql);
            session.Execute("INSERT INTO meta.schema_version VALUES ($version, $name)", new { version = migration.Version, name = migration.Name });
        });
        session.TryCheckpoint();
    }

    private static List<Migration> Migrations(Assembly assembly)
    {
        const string folder = ".Storage.Migrations.";
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.Contains(folder, StringComparison.Ordinal))
            .Select(name => Read(assembly, name, name[(name.IndexOf(folder, StringComparison.Ordinal) + folder.Length)..^".sql".Length]))
            .OrderBy(migration => migration.Version)];
    }

    private static Migration Read(Assembly assembly, string resource, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        var mark = name.IndexOf('_', StringComparison.Ordinal);
        return new Migration(int.Parse(name.AsSpan(0, mark), CultureInfo.InvariantCulture), name[(mark + 1)..], reader.ReadToEnd());
    }

    /// <summary>One step forward.</summary>
    internal sealed record Migration(int Version, string Name, string Sql);
}
