using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>The SQL fragments of one fact: what is computed from a contract row, and the members it is looked up in.</summary>
/// <param name="fact">The fact.</param>
/// <param name="contract">Its contract.</param>
/// <param name="dimensions">All dimensions.</param>
internal sealed class FactSql(Fact fact, Contract contract, IReadOnlyDictionary<string, Dimension> dimensions)
{
    /// <summary>Contract columns that the rows can fill; null for all.</summary>
    public IReadOnlySet<string>? Filled { get; init; }

    /// <summary>True when some rows are in another currency than the project's.</summary>
    public bool HasForeign { get; set; }

    /// <summary>The project's currency.</summary>
    public string Currency { get; init; } = "";

    /// <summary>The fact's table.</summary>
    public StarTable Table { get; } = StarTable.Of(fact, dimensions);

    /// <summary>Columns in the project's currency.</summary>
    public IEnumerable<FactColumn> Converted => fact.Columns.Where(c => c.Currency is not null);

    /// <summary>Columns of contract rows that hold currencies.</summary>
    public IEnumerable<string> Currencies => Converted.Select(c => c.Currency!).Distinct();

    /// <summary>All columns that a load writes.</summary>
    public IEnumerable<string> Columns() => Table.Columns.Where(c => c.Name != "run_id").Select(c => c.Name);

    /// <summary>Everything computed from the contract row, under names that no dimension can have, so that the joins outside are unambiguous.</summary>
    public IEnumerable<string> Inner() =>
        [.. fact.Roles.Where(IsFilled).SelectMany(r => r.Columns.Select((c, i) => $"{SqlName.Quote(c)} AS {RoleName(r, i)}")),
         .. fact.Time is null ? Array.Empty<string>() : [$"{SqlName.Quote(contract.Time!)} AS _time"],
         .. HasForeign ? Currencies.Select(c => $"{SqlName.Quote(c)} AS {SqlName.Quote($"_currency_{c}")}") : [],
         .. fact.Columns.Select(c => $"CAST({c.Sql} AS {c.Type.Sql}) AS {SqlName.Quote($"_value_{c.Name}")}"),
         "_file", "_record"];

    /// <summary>The value of a column of the fact.</summary>
    public string Value(string column)
    {
        foreach (var role in fact.Roles)
        {
            var dimension = dimensions[role.Dimension];
            if (column == $"{role.Role}_key" || column == $"{role.Role}_version_key")
            {
                return Key(role, dimension, column == $"{role.Role}_key" ? dimension.KeyColumn : dimension.VersionKeyColumn);
            }
        }

        var value = SqlName.Quote($"_value_{column}");
        return column switch
        {
            "source_file" => "_file",
            "source_record" => "_record",
            _ when HasForeign && Converted.FirstOrDefault(c => c.Name == column) is { } amount =>
                InProjectCurrency(value, SqlName.Quote($"_currency_{amount.Currency}"), amount),
            _ => value,
        };
    }

    /// <summary>The joins that look up members, and rates where some are needed.</summary>
    public string Joins() => string.Concat(fact.Roles.Where(IsFilled).Select(r => Join(r, dimensions[r.Dimension])))
        + (HasForeign ? string.Concat(Currencies.Select(c => RateJoin(c, $"r.{SqlName.Quote($"_currency_{c}")}", "r._time"))) : "");

    /// <summary>The join of a loaded row to the version that its member has at the row's moment.</summary>
    public string VersionJoin(FactRole role)
    {
        var (alias, dimension) = ($"d_{role.Role}", dimensions[role.Dimension]);
        var on = $"\nLEFT JOIN {dimension.Table} {alias} ON {alias}.{SqlName.Quote(dimension.KeyColumn)} = f.{SqlName.Quote($"{role.Role}_key")}";
        return fact.Time is null ? $"{on} AND {alias}.is_current" : $"{on} AND {Within(alias, $"f.{SqlName.Quote(fact.Time)}")}";
    }

    /// <summary>The join of a loaded row to a member by its business key, and to the version that it has at the row's moment.</summary>
    public string MemberJoin(FactRole role, string member)
    {
        var (alias, dimension) = ($"d_{role.Role}", dimensions[role.Dimension]);
        var on = $"\nLEFT JOIN {dimension.Table} {alias} ON {alias}.{SqlName.Quote(dimension.Key!)} = {member} AND {alias}.{SqlName.Quote(dimension.KeyColumn)} <> 0";
        return !dimension.IsVersioned ? on : fact.Time is null ? $"{on} AND {alias}.is_current" : $"{on} AND {Within(alias, $"f.{SqlName.Quote(fact.Time)}")}";
    }

    /// <summary>The join to the rate of a day.</summary>
    public static string RateJoin(string column, string currency, string moment) =>
        $"\nLEFT JOIN load_rate {RateAlias(column)} ON {RateAlias(column)}._currency = {currency} AND {RateAlias(column)}._day = CAST({moment} AS DATE)";

    /// <summary>An amount in the project's currency; missing where there is no rate, never 0.</summary>
    public string InProjectCurrency(string amount, string currency, FactColumn column)
    {
        var rate = $"{RateAlias(column.Currency!)}._factor";
        var converted = column.Type.Kind == TypeKind.Decimal
            ? string.Create(CultureInfo.InvariantCulture, $"CAST(round(CAST({amount} AS DOUBLE) * {rate}, {column.Type.Scale}) AS {column.Type.Sql})")
            : $"{amount} * {rate}";
        return $"CASE WHEN {currency} IS NULL OR {currency} = {SqlName.Literal(Currency)} THEN {amount} ELSE {converted} END";
    }

    private static string RateAlias(string column) => SqlName.Quote($"x_{column}");

    private bool IsFilled(FactRole role) => Filled is null || role.Columns.All(Filled.Contains);

    private static string RoleName(FactRole role, int part) =>
        SqlName.Quote(string.Create(CultureInfo.InvariantCulture, $"_role_{role.Role}_{part}"));

    private string Key(FactRole role, Dimension dimension, string column) => !IsFilled(role) ? "0" : dimension.IsDate
        ? $"coalesce(CAST(year({RoleName(role, 0)}) * 10000 + month({RoleName(role, 0)}) * 100 + day({RoleName(role, 0)}) AS INTEGER), 0)"
        : $"coalesce(d_{role.Role}.{SqlName.Quote(column)}, 0)";

    private string Join(FactRole role, Dimension dimension)
    {
        if (dimension.IsDate)
        {
            return "";
        }

        var alias = $"d_{role.Role}";
        var on = string.Join(" AND ", dimension.Keys.Select((k, i) => $"{alias}.{SqlName.Quote(k)} = r.{RoleName(role, i)}"));
        var known = $"\nLEFT JOIN {dimension.Table} {alias} ON {on} AND {alias}.{SqlName.Quote(dimension.KeyColumn)} <> 0";
        return !dimension.IsVersioned ? known : fact.Time is null ? $"{known} AND {alias}.is_current" : $"{known} AND {Within(alias, "r._time")}";
    }

    private static string Within(string alias, string moment) => $"{moment} >= {alias}.valid_from AND {moment} < {alias}.valid_to";
}
