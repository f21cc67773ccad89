using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Oracle;

/// <summary>A question to the generated star drawn at random, with the plain SQL that somebody writes who has flat tables and patience.</summary>
/// <param name="Query">The question.</param>
/// <param name="Keys">For each dimension its expression over the flat tables.</param>
/// <param name="Measures">For each measure the flat table it is of, and its expression; <c>{w}</c> stands for the share with which a line counts.</param>
/// <param name="Where">The condition over the flat tables.</param>
/// <param name="Having">The condition on groups, over <c>m0</c>, <c>m1</c>, …; null for none.</param>
/// <param name="BridgedFrom">The first number of leading dimensions with which topics are joined, whose lines count with shares; 99 for never.</param>
internal sealed record DrawnQuestion(
    CubeQuery Query, IReadOnlyList<string> Keys, IReadOnlyList<(string Table, string Sql)> Measures, string Where, string? Having, int BridgedFrom)
{
    private static readonly (string Member, string Sql)[] OfDeals =
    [
        ("deals.amount", "sum(amount * {w})"), ("deals.cost", "sum(cost * {w})"), ("deals.pieces", "sum(pieces * {w})"), ("deals.lines", "coalesce(sum({w}), 0)"), ("deals.priced", "coalesce(sum(CASE WHEN price IS NOT NULL THEN {w} END), 0)"),
        ("deals.orders", "coalesce(len(list_distinct(list(order_id))), 0)"), ("deals.members", "count(DISTINCT member)"), ("deals.mean_price", "sum(price * {w})::DOUBLE / sum(CASE WHEN price IS NOT NULL THEN {w} END)"),
        ("deals.lowest", "list_min(list(price))"), ("deals.highest", "list_max(list(price))"), ("deals.big_amount", "sum(CASE WHEN pieces > 10 THEN amount * {w} END)"),
        ("deals.margin", "sum(amount * {w}) - sum(cost * {w})"), ("deals.order_value", "sum(amount * {w})::DOUBLE / count(DISTINCT order_id)"),
    ];

    private static readonly (string Member, string Sql)[] OfVisits =
        [("visits.visits", "count(*)"), ("visits.seconds", "sum(seconds)"), ("visits.visitors", "count(DISTINCT member)"), ("visits.mean_seconds", "sum(seconds)::DOUBLE / count(seconds)")];

    private static readonly (string Member, string Sql)[] OfStock = [("stock.units", "last"), ("stock.units_first", "first"), ("stock.units_most", "most"), ("stock.counts", "count(*)")];

    private static readonly (string Member, string Sql, string Facts)[] Dimensions =
    [
        ("place.country", "country", "dvs"), ("place.country", "country", "dvs"), ("place.town", "town", "dvs"), ("date.month", "date_trunc('month', day)::DATE", "dvs"), ("date.quarter", "date_trunc('quarter', day)::DATE", "dvs"), ("date.year", "year(day)", "dvs"),
        ("date.week", "date_trunc('week', day)::DATE", "dvs"), ("date.weekday", "isodow(day)", "dvs"), ("date.iso_week", "week(day)", "dvs"), ("date.fiscal_quarter", "quarter(day - INTERVAL 3 MONTH)", "dvs"), ("date.day", "day", "dvs"),
        ("article.family", "family", "ds"), ("article.family", "family", "ds"), ("article.weight_kg", "weight_kg", "ds"), ("member.city", "city_{r}", "dv"), ("member.band", "band_{r}", "dv"), ("member.name", "member_name", "dv"),
        ("sent.month", "date_trunc('month', sent)::DATE", "d"), ("sent.year", "year(sent)", "d"), ("deals.way", "way", "d"), ("deals.way", "way", "d"), ("deals.size", "size", "d"), ("topic.name", "topic", "d"), ("topic.name", "topic", "d"),
    ];

    private static readonly (string Filter, string Sql, string Facts)[] Filters =
    [
        ("place.country = Nord", "country = 'Nord'", "dvs"), ("place.country != 'Süd'", "(country <> 'Süd' OR country IS NULL)", "dvs"), ("place.town is null", "town IS NULL", "dvs"), ("place.town contains 'own 3'", "town ILIKE '%own 3%'", "dvs"),
        ("date.year = 2020", "year(day) = 2020", "dvs"), ("date.month >= 2020-07", "day >= '2020-07-01'", "dvs"), ("date.day between 2020-02-28 and 2020-12-31", "day BETWEEN '2020-02-28' AND '2020-12-31'", "dvs"),
        ("date.weekday in (1, 6)", "isodow(day) IN (1, 6)", "dvs"), ("date.quarter = 2020-Q2", "day >= '2020-04-01' AND day < '2020-07-01'", "dvs"), ("article.family in (Tea, '50% off_')", "family IN ('Tea', '50% off_')", "ds"),
        ("article.family contains '%'", "contains(family, '%')", "ds"), ("place.country = Nord or article.family = Pots", "(country = 'Nord' OR family = 'Pots')", "ds"), ("article.weight_kg > 1.5", "weight_kg > 1.5", "ds"),
        ("member.band = high", "band_{r} = 'high'", "dv"), ("member.city is not null", "city_{r} IS NOT NULL", "dv"), ("deals.way != web", "way <> 'web'", "d"), ("sent.day >= 2020-06-01", "sent >= '2020-06-01'", "d"),
        ("topic.name = gift", "topic = 'gift'", "d"), ("place.country = \"O'st\"", "country = 'O''st'", "dvs"), ("date.day = 1999-01-01", "false", "dvs"),
    ];

    // What each rollup stores; of all questions some are drawn from these alone, so that each rollup is met often.
    private static readonly (string Fact, string[] Measures, string[] Dimensions, bool IsBig)[] Stored =
    [
        ("d", ["deals.amount", "deals.cost", "deals.pieces", "deals.lines", "deals.lowest", "deals.highest", "deals.margin"], ["place.country", "date.day", "date.week", "date.month"], false),
        ("d", ["deals.amount", "deals.lines", "deals.big_amount"], ["place.country", "article.family", "date.month", "date.quarter", "date.year"], false),
        ("d", ["deals.amount", "deals.cost", "deals.lines", "deals.priced", "deals.margin"], ["article.family", "deals.way"], false),
        ("d", ["deals.amount", "deals.pieces", "deals.lines"], ["article.family", "place.country", "date.quarter", "date.year"], true),
        ("d", ["deals.amount", "deals.lines", "deals.pieces"], ["deals.way", "sent.month", "sent.year"], false),
        ("v", ["visits.visits", "visits.seconds"], ["place.country", "date.week"], false),
    ];

    private static readonly string[] Kinds = ["d", "d", "d", "d", "d", "v", "s", "dv", "dv", "ds", "dvs"];

    /// <summary>Draws one; some cannot be answered, because a dimension is not one of every fact asked.</summary>
    public static DrawnQuestion Draw(Random random)
    {
        (string Fact, string[] Measures, string[] Dimensions, bool IsBig)? stored = random.Next(4) == 0 ? Stored[random.Next(Stored.Length)] : null;
        var facts = stored?.Fact ?? Kinds[random.Next(Kinds.Length)];
        List<(string Member, string Table, string Sql)> measures = [];
        foreach (var fact in facts)
        {
            var (table, from) = fact switch { 'd' => ("flat_deal", OfDeals), 'v' => ("flat_visit", OfVisits), _ => ("flat_stock", OfStock) };
            measures.AddRange(from.Where(m => stored?.Measures.Contains(m.Member) ?? true).OrderBy(_ => random.Next()).Take(random.Next(1, facts.Length == 1 ? 4 : 3)).Select(m => (m.Member, table, m.Sql)));
        }

        // One in forty may name what not every fact has.
        var mayMiss = stored is null && random.Next(40) == 0;
        var dimensions = Dimensions.Where(d => stored?.Dimensions.Contains(d.Member) ?? (mayMiss || facts.All(d.Facts.Contains))).OrderBy(_ => random.Next()).DistinctBy(d => d.Member).Take(random.Next(0, 4)).ToList();
        var filters = Filters.Where(f => facts.All(f.Facts.Contains) && (stored?.Dimensions.Any(d => !f.Filter.Contains(" or ", StringComparison.Ordinal) && f.Filter.StartsWith($"{d} ", StringComparison.Ordinal)) ?? true)).OrderBy(_ => random.Next()).Take(random.Next(0, 3)).ToList();
        var reading = random.Next(4) == 0 ? AttributeReading.AsIs : AttributeReading.AsWas;
        var totals = (Totals)random.Next(3);
        var isBig = stored?.IsBig ?? (facts == "d" && random.Next(6) == 0);
        var security = (stored?.Dimensions.Contains("place.country") ?? true) && random.Next(4) == 0 ? GeneratedStar.OfNord : null;
        var having = random.Next(8) == 0 && measures[0].Sql.StartsWith("sum", StringComparison.Ordinal) && dimensions.Count > 0;
        string Read(string sql) => sql.Replace("{r}", reading == AttributeReading.AsIs ? "is" : "was", StringComparison.Ordinal);
        List<string> where = [.. filters.Select(f => Read(f.Sql)), .. isBig ? ["pieces > 10"] : Array.Empty<string>(), .. security is null ? [] : new[] { "country = 'Nord'" }];
        return new DrawnQuestion(new CubeQuery
        {
            Measures = [.. measures.Select(m => m.Member)],
            Dimensions = [.. dimensions.Select(d => d.Member)],
            Filters = [.. filters.Select(f => FilterParser.Parse(f.Filter)), .. having ? [FilterParser.Parse($"{measures[0].Member} > 500")] : Array.Empty<CubeFilter>()],
            Segments = isBig ? ["deals.big"] : [],
            Reading = reading,
            Totals = totals,
            Security = security,
            Limit = 1_000_000,
        }, [.. dimensions.Select(d => Read(d.Sql))], [.. measures.Select(m => (m.Table, m.Sql))], string.Join(" AND ", where.Append("true")), having ? "m0 > 500" : null,
            filters.Any(f => f.Sql.StartsWith("topic", StringComparison.Ordinal)) ? 0 : dimensions.FindIndex(d => d.Member == "topic.name") is >= 0 and var at ? at + 1 : 99);
    }

    /// <summary>True when every fact asked has every dimension asked.</summary>
    public bool HasAnswer => Query.Dimensions.All(d => Measures.Select(m => m.Table[5]).Distinct().All(f => Dimensions.First(x => x.Member == d).Facts.Contains(f)));

    /// <summary>The statement for the rows grouped by the first so many dimensions: each fact on its own, joined on the keys.</summary>
    public string Sql(int leading)
    {
        var tables = Measures.Select(m => m.Table).Distinct().ToList();
        var parts = tables.SelectMany(t => PartsOf(t, leading)).Select((select, i) => $"({select}) AS x{i}").ToList();
        var keys = Enumerable.Range(0, leading).Select(i => $"k{i}").ToList();
        var text = parts[0];
        var known = keys.Select(k => $"x0.{k}").ToList();
        for (var i = 1; i < parts.Count; i++)
        {
            var on = keys.Select((k, n) => $"{known[n]} IS NOT DISTINCT FROM x{i}.{k}").Append("true");
            text = $"{text} FULL JOIN {parts[i]} ON {string.Join(" AND ", on)}";
            known = [.. keys.Select((k, n) => $"coalesce({known[n]}, x{i}.{k})")];
        }

        var having = Having is not null && leading == Keys.Count ? $" WHERE {Having}" : "";
        var columns = known.Select((k, n) => $"{k} AS c{n}").Concat(Measures.Select((_, n) => $"m{n}"));
        return $"SELECT * FROM (SELECT {string.Join(", ", columns)} FROM {text}){having}";
    }

    /// <summary>The aggregates of one table: those of whole groups in one selection, those that take one day for all in one each.</summary>
    private IEnumerable<string> PartsOf(string table, int leading)
    {
        var own = Measures.Select((m, n) => (m.Table, m.Sql, Name: $"m{n}")).Where(m => m.Table == table).ToList();
        var keys = Keys.Take(leading).ToList();
        var isBridged = table == "flat_deal" && leading >= BridgedFrom;
        var from = isBridged ? "(SELECT d.*, topic, coalesce(weight, 1) AS w FROM flat_deal d LEFT JOIN flat_topic USING (line_id))" : table;
        var whole = own.Where(m => m.Sql is not ("last" or "first" or "most")).ToList();
        if (whole.Count > 0)
            yield return Grouped(keys, whole.Select(m => $"{m.Sql.Replace("{w}", isBridged ? "w" : "1", StringComparison.Ordinal)} AS {m.Name}"), $"{from} WHERE {Where}");
        var times = keys.Where(k => k.Contains("day", StringComparison.Ordinal)).ToList();
        foreach (var (_, sql, name) in own.Except(whole))
        {
            if (sql == "most")
            {
                var perDay = Grouped([.. keys, "day"], ["sum(units) AS u"], $"{table} WHERE {Where}");
                yield return $"SELECT {string.Join(", ", keys.Select((_, i) => $"k{i}").Append($"max(u) AS {name}"))} FROM ({perDay}){(keys.Count == 0 ? "" : $" GROUP BY {string.Join(", ", keys.Select((_, i) => $"k{i}"))}")}";
                continue;
            }

            // The day that stands for all is the last (first) of the rows asked, or of each period they are grouped by.
            var days = Grouped(times, [$"{(sql == "last" ? "max" : "min")}(day) AS best"], $"{table} WHERE {Where}").Replace(" AS k", " AS t", StringComparison.Ordinal);
            var on = times.Select((t, i) => $"b.t{i} IS NOT DISTINCT FROM ({t})").Append("b.best = day");
            yield return Grouped(keys, [$"sum(units) AS {name}"], $"{table} JOIN ({days}) b ON {string.Join(" AND ", on)} WHERE {Where}");
        }
    }

    private static string Grouped(IReadOnlyList<string> keys, IEnumerable<string> columns, string from)
        => $"SELECT {string.Join(", ", keys.Select((k, i) => $"{k} AS k{i}").Concat(columns))} FROM {from}{(keys.Count == 0 ? "" : $" GROUP BY {string.Join(", ", Enumerable.Range(1, keys.Count))}")}";
}
