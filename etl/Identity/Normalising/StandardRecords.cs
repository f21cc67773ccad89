using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity.Normalising;

/// <summary>
/// Brings the columns that records are compared by into their normal forms: temporary table <c>identity_record</c> with <c>_r</c> (1, 2, … in an order
/// that only the content decides), <c>_key</c>, <c>_source</c>, <c>_new</c>, and per column i its forms: <c>v</c>i the normal form, <c>w</c>i the same in
/// one byte per sign for measures of likeness, <c>s</c>i its words in order, <c>n</c>i formal given names, <c>p</c>i how it sounds;
/// of other texts also <c>u</c>i their words and <c>r</c>i the one that fewest other records have. Missing is NULL.
/// </summary>
public static class StandardRecords
{
    private const int EmailKeyLength = 64;

    private static readonly SqlFile Sql = SqlFile.Beside(typeof(StandardRecords));

    private static readonly string Abbreviations = Map(
        "street:st str:st strasse:st road:rd avenue:ave av:ave boulevard:blvd drive:dr drv:dr lane:ln place:pl court:ct crescent:cres cr:cres close:cl terrace:tce terr:tce ter:tce " +
        "parade:pde circuit:cct highway:hwy parkway:pkwy square:sq apartment:apt unit:apt suite:ste floor:fl building:bldg mount:mt saint:st north:n south:s east:e west:w " +
        "northeast:ne northwest:nw southeast:se southwest:sw platz:pl weg:way calle:c rue:r via:v first:1 1st:1 second:2 2nd:2 third:3 3rd:3 fourth:4 4th:4 fifth:5 5th:5 " +
        "sixth:6 6th:6 seventh:7 7th:7 eighth:8 8th:8 ninth:9 9th:9 tenth:10 10th:10");

    private static readonly string Months = Map(
        "jan:1 feb:2 mar:3 apr:4 may:5 jun:6 jul:7 aug:8 sep:9 oct:10 nov:11 dec:12 maer:3 mrz:3 mai:5 okt:10 dez:12 fev:2 avr:4 juin:6 juil:7 aou:8 aug:8 ene:1 abr:4 ago:8 dic:12");

    /// <summary>Makes the macros that normal forms are written with, for this session.</summary>
    public static void MakeMacros(ISession session) => session.Execute(Sql.Fill(
        "macros", ("nicknames", Map(Nicknames.All)), ("abbreviations", Abbreviations), ("months", Months)));

    /// <summary>Makes <c>identity_record</c>.</summary>
    /// <param name="session">Any session; its macros are made when needed.</param>
    /// <param name="relation">Relation with <c>_key</c> (text), <c>_source</c> (whole number), <c>_new</c> (truth value) and the columns as text.</param>
    /// <param name="columns">The columns to compare by.</param>
    /// <param name="country">Calling code (<c>49</c>) of telephone numbers without one; empty when unknown.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The records.</returns>
    public static long Make(ISession session, string relation, IReadOnlyList<MatchColumn> columns, string country, CancellationToken cancellation)
    {
        MakeMacros(session);
        var normal = columns.Select((c, i) => $"{Normal(c, MonthFirst(session, relation, c), country)} AS v{Number(i)}");
        var forms = columns.SelectMany((c, i) => Forms(c.Kind, $"v{Number(i)}", Number(i)));
        var values = columns.Select((_, i) => $"v{Number(i)}");
        var folded = columns.Select(c => $"identity_fold(identity_text({SqlName.Quote(c.Name)})) AS {SqlName.Quote(c.Name)}");
        session.Execute(
            Sql.Fill(
                "records", ("relation", relation), ("folded", Further(folded)), ("normal", Further(normal)), ("forms", Further(forms)), ("values", Further(values))),
            null, cancellation);
        foreach (var (i, _) in columns.Index().Where(c => c.Item.Kind == MatchKind.Text))
        {
            session.Execute(Sql.Fill("rare_words", ("i", Number(i))), null, cancellation);
        }

        return session.Scalar<long>(Sql.Fill("count"));
    }

    /// <summary>The expression of a column's normal form, over its value as <c>identity_fold(identity_text(…))</c> makes it.</summary>
    /// <param name="column">The column.</param>
    /// <param name="monthFirst">Truth value in SQL: whether 5/8/1986 is the 8th of May.</param>
    /// <param name="country">Calling code of telephone numbers without one.</param>
    public static string Normal(MatchColumn column, string monthFirst, string country)
    {
        var name = SqlName.Quote(column.Name);
        return column.Kind switch
        {
            MatchKind.GivenName or MatchKind.Surname => $"nullif(identity_name({name}), '')",
            MatchKind.FullName => $"nullif(identity_name(identity_comma_name({name})), '')",
            MatchKind.Date => $"identity_date({name}, {monthFirst})",
            MatchKind.Email => $"left(identity_email({name}), {EmailKeyLength.ToString(CultureInfo.InvariantCulture)})",
            MatchKind.Phone => $"identity_phone({name}, {SqlName.Literal(country)})",
            MatchKind.Address => $"identity_address({name})",
            MatchKind.PostalCode or MatchKind.Identifier or MatchKind.HouseNumber => $"identity_code({name})",
            MatchKind.Number => name,
            _ => $"identity_words({name})",
        };
    }

    private static IEnumerable<string> Forms(MatchKind kind, string v, string i)
    {
        yield return v;
        yield return $"identity_signs({v}) AS w{i}";
        if (kind is MatchKind.FullName or MatchKind.Address or MatchKind.Text)
        {
            yield return $"identity_signs(identity_sorted({v})) AS s{i}";
        }

        if (kind is MatchKind.GivenName or MatchKind.FullName)
        {
            yield return $"identity_formal({v}) AS n{i}";
        }

        if (kind is MatchKind.GivenName or MatchKind.Surname or MatchKind.FullName or MatchKind.Place or MatchKind.Text)
        {
            yield return $"identity_sounds(identity_signs({v})) AS p{i}";
        }
    }

    private static string Further(IEnumerable<string> items) => string.Concat(items.Select(i => $", {i}"));

    private static string MonthFirst(ISession session, string relation, MatchColumn column)
    {
        if (column.Kind != MatchKind.Date)
        {
            return "false";
        }

        var sources = session.Query<int>(Sql.Fill("month_first", ("relation", relation), ("column", SqlName.Quote(column.Name))));
        return sources.Count == 0 ? "false" : $"_source IN ({SqlName.List(sources.Select(Number))})";
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Map(string pairs) => Map(pairs.Split(' ').Select(p => p.Split(':')).Select(p => (p[0], p[1])).DistinctBy(p => p.Item1));

    private static string Map(IEnumerable<(string Key, string Value)> pairs) =>
        $"MAP {{{SqlName.List(pairs.Select(p => $"{SqlName.Literal(p.Key)}: {SqlName.Literal(p.Value)}"))}}}";
}
