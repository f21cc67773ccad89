using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Oracle;

/// <summary>
/// Random questions to a star made up from a seed: the planner's answer is that of plain SQL, a rollup's that of the facts, what lies below a cell makes up
/// the cell, and an answer to somebody narrowed is the same whatever the rows are that they may not see.
/// </summary>
public sealed class GeneratedStarTests
{
    private const int Seed = 20210205;

    // Most questions take a few milliseconds; a line more makes no question harder, only slower.
    private const int Lines = 12_000;

    private GeneratedStar _star = null!;
    private GeneratedStar _other = null!;

    private static bool IsFull => Environment.GetEnvironmentVariable("CRM_TESTS_FULL") == "1";

    private static int Count => IsFull ? 5_000 : 300;

    [OneTimeSetUp]
    public void Make() => (_star, _other) = (new GeneratedStar(Seed, Lines, isOther: false), new GeneratedStar(Seed, Lines, isOther: true));

    [OneTimeTearDown]
    public void Drop()
    {
        _star.Dispose();
        _other.Dispose();
    }

    [Test]
    public void Answers_OfRandomQuestions_AreThoseOfPlainSql_FromFactsAndFromRollups()
    {
        var random = new Random(Seed);
        var shares = new Dictionary<string, int>(StringComparer.Ordinal);
        var differences = new List<string>();
        void Met(string what) => shares[what] = shares.GetValueOrDefault(what) + 1;
        for (var i = 0; i < Count; i++)
        {
            var drawn = DrawnQuestion.Draw(random);
            var page = random.Next(4) == 0 ? new Page(random.Next(), random.Next(2) == 0, random.Next(5), random.Next(7)) : null;
            if (!drawn.HasAnswer)
            {
                Assert.That(Assert.Throws<CrmException>(() => _star.Reader.Read(drawn.Query))!.Kind, Is.EqualTo(FailureKind.WrongUse));
                Met("refused");
                continue;
            }

            try
            {
                var answer = _star.Reader.Read(drawn.Query);
                Met("answered");
                foreach (var kind in KindsOf(drawn).Concat((answer.Rollup.Served?.Split(", ") ?? []).Select(r => $"rollup {r}")))
                    Met(kind);
                differences.AddRange(Differences(drawn, answer, page).Take(1).Select(d => $"question {i}: {string.Join(", ", drawn.Query.Measures)} by {string.Join(", ", drawn.Query.Dimensions)} "
                    + $"where {drawn.Where} {drawn.Query.Totals} {drawn.Query.Reading}, served by {answer.Rollup.Served ?? "the facts"}: {d}"));
            }
            catch (CrmException refused)
            {
                differences.Add($"question {i}: {string.Join(", ", drawn.Query.Measures)} by {string.Join(", ", drawn.Query.Dimensions)} where {drawn.Where}: {refused.Message}");
            }
        }

        TestContext.Out.WriteLine(string.Join("; ", shares.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key} {s.Value}")));
        Assert.That(differences, Is.Empty, $"{differences.Count} answers differ: {string.Join("\n", differences.Take(10))}");
        Assert.That(shares["answered"], Is.AtLeast(Count * 9 / 10));

        // Of 5,000 each rollup and each kind of join stands a hundred times; of a few their share.
        foreach (var wanted in new[]
        {
            "rollup deals.by_day", "rollup deals.by_month", "rollup deals.by_family", "rollup deals.big_by_quarter", "rollup deals.sent_by_month", "rollup visits.by_week",
            "one fact", "two facts", "three facts", "bridge", "versions as they were", "versions as they are", "dates in two roles", "stock over time", "distinct", "ratio", "totals", "condition on groups", "narrowed",
        })
            Assert.That(shares.GetValueOrDefault(wanted), Is.AtLeast(IsFull ? 100 : 1), wanted);
    }

    [Test]
    public void Rows_BelowACell_MakeUpTheCell()
    {
        var random = new Random(Seed + 1);
        var drill = new Drill(_star.Catalogue);
        for (var i = 0; i < (IsFull ? 400 : 15); i++)
        {
            var measures = new[] { "deals.amount", "deals.pieces", "deals.lines", "deals.cost" }.OrderBy(_ => random.Next()).Take(2).ToList();
            var dimension = new[] { "place.country", "article.family", "place.town", "date.quarter", "date.month", "member.city" }[random.Next(6)];
            var query = new CubeQuery { Measures = measures, Dimensions = [dimension], Limit = 100_000, Security = random.Next(2) == 0 ? GeneratedStar.OfNord : null };
            var rows = _star.Reader.Read(query).Rows;
            var cell = rows[random.Next(rows.Count)];
            var at = new Dictionary<string, object?> { [dimension] = cell.Values[0] };
            var below = _star.Reader.Read(drill.Down(query, at) with { Limit = 100_000 }).Rows;
            for (var m = 1; m <= measures.Count; m++)
                Assert.That(below.Sum(r => Convert.ToDecimal(r.Values[m] ?? 0m)), Is.EqualTo(Convert.ToDecimal(cell.Values[m] ?? 0m)), $"{measures[m - 1]} of {dimension} = {cell.Values[0]}");
            var lines = 0L;
            var summary = _star.Through.Read(Drill.At(query, at), null, _ => { }, _ => lines++);
            Assert.That((lines, summary.Left), Is.EqualTo((Convert.ToInt64(_star.Reader.Read(Drill.At(query with { Measures = ["deals.lines"] }, at)).Rows.Single().Values[1]), 0L)));
        }
    }

    // Two worlds alike in what somebody may see and different in all else: nothing they can ask tells them apart.
    [Test]
    public void Answers_ToSomebodyNarrowed_AreTheSame_WhateverTheOtherRowsAre()
    {
        var random = new Random(Seed + 2);
        var told = 0;
        for (var i = 0; i < (IsFull ? 1_500 : 40); i++)
        {
            var drawn = DrawnQuestion.Draw(random);
            var query = drawn.Query with { Security = GeneratedStar.OfNord, Counting = RowCounting.All, Limit = random.Next(3) == 0 ? random.Next(5) : 1_000_000 };
            if (random.Next(4) == 0)
                query = query with { Measures = ["deals.running", "deals.year_before", "deals.amount"], Dimensions = [.. query.Dimensions.Take(1), "date.month"], Missing = (MissingPeriods)random.Next(2) };
            var (here, there) = (Answer(_star, query), Answer(_other, query));
            Assert.That(there, Is.EqualTo(here), $"question {i}: {string.Join(", ", query.Measures)} by {string.Join(", ", query.Dimensions)} where {drawn.Where}");
            if (told == 0 && Answer(_star, query with { Security = null }) != Answer(_other, query with { Security = null }))
                told++;
        }

        Assert.That(told, Is.Positive, "the worlds differ to somebody who sees all");
    }

    // 2020 has a week 53 and a February 29; 2021 has neither.
    [Test]
    public void YearAfter_OfWeek53AndOfFebruary29_IsMissing_AndOfTheirNeighboursIsThere()
    {
        var weeks = ByFirst(new CubeQuery { Measures = ["deals.year_after"], Dimensions = ["date.week"], Filters = [FilterParser.Parse("date.week between 2019-12-30 and 2020-12-28")] });
        Assert.That(weeks, Does.Not.ContainKey(new DateOnly(2020, 12, 28)));
        Assert.That(weeks[new DateOnly(2019, 12, 30)], Is.EqualTo(Amount("day BETWEEN '2021-01-04' AND '2021-01-10'")), "week 1 of 2020 beside week 1 of 2021");
        Assert.That(weeks[new DateOnly(2020, 2, 24)], Is.EqualTo(Amount("day BETWEEN '2021-03-01' AND '2021-03-07'")), "week 9 beside week 9");

        var days = ByFirst(new CubeQuery { Measures = ["deals.year_after"], Dimensions = ["date.day"], Filters = [FilterParser.Parse("date.day between 2020-02-27 and 2020-03-02")] });
        Assert.That(days, Does.Not.ContainKey(new DateOnly(2020, 2, 29)));
        Assert.That(days[new DateOnly(2020, 2, 28)], Is.EqualTo(Amount("day = '2021-02-28'")));
        Assert.That(days[new DateOnly(2020, 3, 1)], Is.EqualTo(Amount("day = '2021-03-01'")));

        var months = ByFirst(new CubeQuery { Measures = ["deals.year_before"], Dimensions = ["date.month"], Filters = [FilterParser.Parse("date.month = 2021-02")] });
        Assert.That(months[new DateOnly(2021, 2, 1)], Is.EqualTo(Amount("day BETWEEN '2020-02-01' AND '2020-02-29'")), "a month beside the whole month, its 29th too");
    }

    private Dictionary<DateOnly, decimal> ByFirst(CubeQuery query) => _star.Reader.Read(query).Rows.Where(r => r.Values[1] is not null).ToDictionary(r => (DateOnly)r.Values[0]!, r => (decimal)r.Values[1]!);

    private object? Amount(string where) => _star.Rows($"SELECT sum(amount) FROM flat_deal WHERE {where}")[0][0];

    private static string Answer(GeneratedStar star, CubeQuery query)
    {
        try
        {
            var answer = star.Reader.Read(query);
            var lines = new List<string>();
            if (query.Measures[0].StartsWith("deals", StringComparison.Ordinal))
                star.Through.Read(query with { Filters = [.. query.Filters.Where(f => f is not MemberFilter { Member: var m } || !query.Measures.Contains(m))], Totals = Totals.None }, null, _ => { }, r => lines.Add(OracleCase.Text(r, false)));
            return string.Join('\n', Texts(answer).Append($"{answer.Total} {answer.HasMore}").Concat(lines.Order(StringComparer.Ordinal)));
        }
        catch (CrmException refused)
        {
            return refused.Message;
        }
    }

    /// <summary>Where an answer differs from plain SQL, from its own facts, or its pages from the whole.</summary>
    private IEnumerable<string> Differences(DrawnQuestion drawn, CubeResult answer, Page? page)
    {
        var count = drawn.Keys.Count;
        var levels = drawn.Query.Totals switch { Totals.None => [count], Totals.Grand => count == 0 ? [0] : new[] { count, 0 }, _ => Enumerable.Range(0, count + 1) };
        foreach (var leading in levels)
        {
            var expected = _star.Rows(drawn.Sql(leading)).Select(r => OracleCase.Text(r, false)).Order(StringComparer.Ordinal).ToList();
            var rows = answer.Rows.Where(r => r.TotalLevel == count - leading).Select(r => OracleCase.Text(r.Values.Take(leading).Concat(r.Values.Skip(count)), false)).Order(StringComparer.Ordinal).ToList();
            if (!rows.SequenceEqual(expected))
                yield return $"the first {leading}: {drawn.Sql(leading)}\n  only here: {Few(rows.Except(expected))}\n  missing: {Few(expected.Except(rows))}; {rows.Count} rows for {expected.Count}";
        }

        if (answer.Rollup.Served is not null && Texts(_star.Reader.Read(drawn.Query with { Rollups = RollupUse.Refused })) is var facts && !facts.SequenceEqual(Texts(answer)))
            yield return $"the facts say {Few(facts.Except(Texts(answer)))}, the rollup {Few(Texts(answer).Except(facts))}";
        if (page is not null && PageDifference(drawn, answer, page) is { } cut)
            yield return cut;
    }

    /// <summary>A page of an ordered answer is that part of the whole in that order.</summary>
    private string? PageDifference(DrawnQuestion drawn, CubeResult answer, Page page)
    {
        var members = drawn.Query.Dimensions.Concat(drawn.Query.Measures).ToList();
        var ordered = drawn.Query with { Order = [new CubeOrder(members[page.Member % members.Count], page.Descending)], Totals = Totals.None };
        var all = _star.Reader.Read(ordered).Rows;
        var part = _star.Reader.Read(ordered with { Offset = page.Offset, Limit = page.Limit, Counting = RowCounting.All });
        var isThatPart = part.Rows.Select(r => OracleCase.Text(r.Values, false)).SequenceEqual(all.Skip(page.Offset).Take(page.Limit).Select(r => OracleCase.Text(r.Values, false)));
        var isCounted = (part.Total, part.HasMore) == ((long?)all.Count, all.Count > page.Offset + page.Limit) && all.Count == answer.Rows.Count(r => r.TotalLevel == 0);
        return isThatPart && isCounted ? null : $"{page} of {all.Count} rows says {part.Total}, {part.HasMore}: {Few(part.Rows.Select(r => OracleCase.Text(r.Values, false)))}";
    }

    private static string Few(IEnumerable<string> rows) => string.Join(" ; ", rows.Take(3));

    private sealed record Page(int Member, bool Descending, int Offset, int Limit);

    private static IEnumerable<string> KindsOf(DrawnQuestion drawn)
    {
        var query = drawn.Query;
        yield return drawn.Measures.Select(m => m.Table).Distinct().Count() switch { 1 => "one fact", 2 => "two facts", _ => "three facts" };
        if (drawn.BridgedFrom < 99)
            yield return "bridge";
        if (drawn.Keys.Append(drawn.Where).Any(k => k.Contains("_was", StringComparison.Ordinal)))
            yield return "versions as they were";
        if (drawn.Keys.Append(drawn.Where).Any(k => k.Contains("_is", StringComparison.Ordinal)))
            yield return "versions as they are";
        if (drawn.Keys.Append(drawn.Where).Any(k => k.Contains("sent", StringComparison.Ordinal)))
            yield return "dates in two roles";
        if (query.Measures.Any(m => m.StartsWith("stock.units", StringComparison.Ordinal)))
            yield return "stock over time";
        if (query.Measures.Any(m => m is "deals.orders" or "deals.members" or "visits.visitors"))
            yield return "distinct";
        if (query.Measures.Any(m => m is "deals.order_value" or "deals.margin"))
            yield return "ratio";
        if (query.Totals != Totals.None)
            yield return "totals";
        if (drawn.Having is not null)
            yield return "condition on groups";
        if (query.Security is not null)
            yield return "narrowed";
    }

    private static List<string> Texts(CubeResult answer) => [.. answer.Rows.Select(r => $"{r.TotalLevel} {OracleCase.Text(r.Values, false)}")];
}
