using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>
/// Opens rows of a pivot in place: what lies below a row in its hierarchy is asked at its own grain, as the row itself was, so that a number of different
/// customers or a ratio is right on both. Levels that say nothing below a row are passed over, as in a drill.
/// </summary>
/// <param name="catalogue">What is declared.</param>
/// <param name="reader">Answers questions.</param>
public sealed class PivotExpansion(Catalogue catalogue, ICubeReader reader)
{
    /// <summary>Rows read to find those below a row, where a measure looks beyond them.</summary>
    private const int MostRows = 200_000;

    private readonly Drill _drill = new(catalogue);

    /// <summary>What lies below the rows that steps lead to.</summary>
    /// <param name="query">The question of the pivot; its dimensions and time dimensions with a granularity are not read.</param>
    /// <param name="rows">Members of the rows.</param>
    /// <param name="columns">Members of the columns; empty for none.</param>
    /// <param name="steps">The steps; the last is the one to go down from.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="CrmException">A step is not on the rows, or nothing is declared below the last.</exception>
    public OpenedRows Read(CubeQuery query, IReadOnlyList<string> rows, IReadOnlyList<string> columns, IReadOnlyList<PivotStep> steps, CancellationToken cancellation = default)
    {
        var plain = query with { TimeDimensions = [.. query.TimeDimensions.Select(t => t with { Granularity = null }).Where(t => t.Range is not null)], Limit = null, Offset = 0, Totals = Totals.None };
        var way = Follow(plain with { Dimensions = rows }, steps, cancellation);
        if (way.Members.Concat(columns).Distinct().Count() < rows.Count + columns.Count)
            throw QueryErrors.Wrong("the expansion", $"'{way.Members[way.Position]}', which lies below '{steps[^1].Member}', is in the pivot already", "a level of its own", "Take it off the rows or columns");
        var looksBeyond = !way.IsTree && LooksBeyond(plain, rows);
        var totals = Ask(way, plain, [], looksBeyond, out var level, cancellation);
        var said = totals.GroupBy(r => r.Place.Above(way.Position).Key).Where(g => !SaysNothing([.. g], way.Position)).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        List<OpenedRow> kept = [.. totals.Where(Says)];
        return new OpenedRows(way.Position, level, kept, columns.Count == 0 || kept.Count == 0 ? [] : [.. Ask(way, plain, columns, looksBeyond, out _, cancellation).Where(Says)]);

        bool Says(OpenedRow row) => said.Contains(row.Place.Above(way.Position).Key);
    }

    /// <summary>The level below a member, in the first of its hierarchies that goes on; the member itself in a tree; null where nothing is declared.</summary>
    public string? Below(string member) => _drill.TreeOf(member) is not null ? member
        : _drill.PathsOf(member).Select(p => p.Levels.ElementAtOrDefault(Drill.Index(p, member) + 1)).FirstOrDefault(l => l is not null);

    /// <summary>The question narrowed step by step, and one level down after the last.</summary>
    private Way Follow(CubeQuery asked, IReadOnlyList<PivotStep> steps, CancellationToken cancellation)
    {
        if (steps.Count == 0)
            throw QueryErrors.Wrong("the expansion", "no step", "the row to open, as geography.region=DACH", "Name it");
        var paths = asked.Dimensions.Select(_ => new List<PivotStep>()).ToList();
        var isOpen = asked.Dimensions.Select(_ => true).ToArray();
        var (position, isTree) = (0, false);
        for (var i = 0; i < steps.Count; i++)
        {
            var (member, value) = steps[i];
            position = asked.Dimensions.ToList().IndexOf(member);
            if (position < 0)
                throw QueryErrors.Wrong("the expansion", $"'{member}' is not a member of the rows", $"one of {string.Join(", ", asked.Dimensions)}; the nearest is '{NearestName.Of(member, asked.Dimensions)}'", "Name it");
            var step = new PivotStep(member, value is null ? null : _drill.Canonical(member, value));
            paths[position].Add(step);
            var cell = new Dictionary<string, object?> { [member] = step.Value };
            var further = i == steps.Count - 1 ? null : steps.Skip(i + 1).Select(s => s.Member).FirstOrDefault(m => LiesBelow(member, m));
            isTree |= further == member || (i == steps.Count - 1 && _drill.TreeOf(member) is not null);
            isOpen[position] = i == steps.Count - 1 || further is not null;
            asked = i == steps.Count - 1 ? _drill.DownPastEmpty(reader, asked, cell, member, cancellation: cancellation)
                : further is null ? Drill.At(asked, cell)
                : further == member ? _drill.Down(asked, cell, member)
                : Drill.To(Drill.At(asked, cell), member, further);
        }

        return new Way(asked, asked.Dimensions, position, isTree, [.. paths.Select(p => (IReadOnlyList<PivotStep>)p)], isOpen);
    }

    private bool LiesBelow(string member, string other) => member == other || _drill.PathsOf(member).Any(p => Drill.Index(p, other) > Drill.Index(p, member));

    /// <summary>True for shares of a total, balances and measures of another grain: they are computed from rows beyond those below the row.</summary>
    private bool LooksBeyond(CubeQuery query, IReadOnlyList<string> rows)
        => CubePlanner.Plan(new CubeQuery { Measures = query.Measures, Dimensions = rows, Reading = query.Reading }, catalogue).Measures.Any(Looks);

    private static bool Looks(PlannedMeasure measure) => measure.NonAdditive is not null || measure.Regroup is not null || measure.Aggregate == MeasureType.Share || measure.Parts.Values.Any(Looks);

    /// <summary>The rows of a way. Measures that look beyond are asked for all rows with the levels above beside, from which those of the way are taken.</summary>
    private List<OpenedRow> Ask(Way way, CubeQuery plain, IReadOnlyList<string> columns, bool looksBeyond, out ResultColumn level, CancellationToken cancellation)
    {
        List<string> members = looksBeyond ? [.. way.Members.SelectMany((m, i) => way.Paths[i].Select(s => s.Member).Append(m).Distinct())] : [.. way.Members];
        var query = looksBeyond ? plain with { Order = Drill.To(plain with { Dimensions = [] }, way.Paths[way.Position][0].Member, way.Members[way.Position]).Order, Limit = MostRows } : way.Asked;
        var answer = reader.Read(query with { Dimensions = [.. members, .. columns], Order = columns.Count == 0 ? query.Order : [] }, cancellation);
        if (answer.HasMore)
            throw new CrmException(FailureKind.Failed, $"more than {answer.Rows.Count} rows below the rows of the pivot", "the expansion", "fewer", "Narrow the pivot by a filter, or open fewer levels");
        var places = way.Members.Select(m => members.LastIndexOf(m)).ToList();
        level = answer.Columns[places[way.Position]];
        var fixedAt = looksBeyond ? way.Paths.SelectMany(p => p).Select(s => (At: members.IndexOf(s.Member), s.Value)).ToList() : [];
        return [.. answer.Rows.Where(r => fixedAt.TrueForAll(f => Drill.ValueText(r.Values[f.At]) == f.Value)).Select(r => new OpenedRow(
            way.PlaceOf([.. places.Select(p => r.Values[p])]), [.. places.Select(p => r.Values[p])], [.. r.Values.Skip(members.Count).Take(columns.Count)], [.. r.Values.Skip(members.Count + columns.Count)]))];
    }

    /// <summary>True when all there is below a row is a missing member, or one of the same name: the hierarchy ends here.</summary>
    private static bool SaysNothing(List<OpenedRow> below, int position) => below is [var only]
        && (only.Values[position] is null || Drill.ValueText(only.Values[position]) == only.Place.Paths[position][^2].Value);

    /// <summary>Where steps lead: the question narrowed to it, its dimensions, and which of them are not said by a step.</summary>
    private sealed record Way(CubeQuery Asked, IReadOnlyList<string> Members, int Position, bool IsTree, IReadOnlyList<IReadOnlyList<PivotStep>> Paths, bool[] IsOpen)
    {
        public PivotPlace PlaceOf(IReadOnlyList<object?> values)
            => new([.. Paths.Select((p, i) => IsOpen[i] ? [.. p, new PivotStep(Members[i], Drill.ValueText(values[i]))] : p)]);
    }
}
