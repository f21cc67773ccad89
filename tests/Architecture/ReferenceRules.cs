using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Crm.Analytics.Tests.Architecture;

/// <summary>Rules 1, 2 and 5 of the design: who may know whom.</summary>
internal sealed partial class ReferenceRules
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["warehouse"] = [],
        ["etl"] = ["warehouse"],
        ["models"] = ["warehouse"],
        ["reports"] = ["warehouse"],
        ["host"] = ["warehouse", "etl", "models", "reports"],
        ["tests"] = ["warehouse", "etl", "models", "reports", "host", "bench"],
        ["bench"] = ["warehouse", "etl", "models", "reports", "host"],
    };

    [Test]
    public void Projects_ReferToEachOther_OnlyTowardsTheWarehouse()
    {
        var offenders =
            from project in SourceTree.WithExtension(".csproj")
            let owner = project.Path.Split('/')[0]
            from reference in XDocument.Parse(project.Text).Descendants("ProjectReference")
            let target = Path.GetFullPath(Path.Combine(SourceTree.Root, project.Folder, reference.Attribute("Include")!.Value.Replace('\\', '/')))
            let other = Path.GetRelativePath(SourceTree.Root, target).Replace('\\', '/').Split('/')[0]
            where other != owner && !Allowed[owner].Contains(other)
            select $"{project.Path} references {other}; allowed: {string.Join(", ", Allowed[owner])}";
        Offenders.MustBeNone(offenders, "warehouse references no project of ours; etl, models and reports reference only warehouse:");
    }

    [Test]
    public void Commands_AreMadeOnlyWhereTheWarehouseExecutesThem()
    {
        var offenders =
            from file in SourceTree.ProductCode
            where !file.IsUnder("warehouse/Storage", "warehouse/Engines", "warehouse/Bindings")
            let foreign = file.IsUnder("etl/Connectors", "host/Security", "host/Jobs")
            let code = CSharpText.Parse(file.Text).Code
            from Match match in (foreign ? Provider() : Command()).Matches(code)
            select $"{file.Path}:{file.LineAt(match.Index)}: {match.Value}";
        Offenders.MustBeNone(offenders, "DuckDB.NET, Dapper, DbCommand and CommandText appear only in warehouse/Storage and warehouse/Engines:");
    }

    [Test]
    public void DuckDb_IsAPackageOfTheWarehouseAlone()
    {
        var offenders = SourceTree.WithExtension(".csproj")
            .Where(p => !p.IsUnder("warehouse", "tests", "bench") && p.Text.Contains("DuckDB", StringComparison.OrdinalIgnoreCase))
            .Select(p => p.Path);
        Offenders.MustBeNone(offenders, "these projects name DuckDB packages:");
    }

    [Test]
    public void Numerics_KnowNoTable()
    {
        var texts =
            from file in SourceTree.ProductCode
            where file.IsUnder("models/Numerics")
            from Match match in Table().Matches(file.Text)
            select $"{file.Path}:{file.LineAt(match.Index)}: {match.Value}";
        var types =
            from reference in TypeReferences.Of("Crm.Analytics.Models")
            where Within(reference.From, "Crm.Analytics.Models.Numerics") && reference.To.StartsWith("Crm.Analytics.", StringComparison.Ordinal)
            where !Within(reference.To, "Crm.Analytics.Models.Numerics")
            select $"{reference.FromType} refers to {reference.ToType}";
        Offenders.MustBeNone(texts.Concat(types), "models/Numerics references no table:");
    }

    [Test]
    public void Charts_KnowNoWarehouse()
    {
        var offenders =
            from reference in TypeReferences.Of("Crm.Analytics.Reports")
            where Within(reference.From, "Crm.Analytics.Reports.Charts") && Within(reference.To, "Crm.Analytics.Warehouse")
            select $"{reference.FromType} refers to {reference.ToType}";
        Offenders.MustBeNone(offenders, "reports/Charts references no warehouse type:");
    }

    private static bool Within(string name, string space) =>
        name == space || name.StartsWith(space + ".", StringComparison.Ordinal);

    [GeneratedRegex(@"\bDuckDB\.NET\b|\bDuckDB[A-Z]\w*|\busing\s+Dapper\b|\bDapper\.\w+|\bI?DbCommand\b|\bCommandText\b")]
    private static partial Regex Command();

    [GeneratedRegex(@"\bDuckDB\.NET\b|\bDuckDB[A-Z]\w*")]
    private static partial Regex Provider();

    [GeneratedRegex(@"\b(star|meta|stage|conformed)\.\w+|\b(dim|fact|score|bridge)_\w+|\bISession\b|\bICubeReader\b")]
    private static partial Regex Table();
}
