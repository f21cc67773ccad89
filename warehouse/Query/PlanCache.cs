using System.Collections.Concurrent;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Engines;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>
/// Plans and statements of questions that were asked before, by their shape: a question that differs in nothing but values which travel as they are takes over the plan and binds its
/// own. Values that a plan depends on (dates, numbers, patterns) are part of what it is found by, as are who asks and the day. Of one catalogue: other declarations, other caches.
/// Safe for use from several threads.
/// </summary>
internal sealed class PlanCache
{
    /// <summary>Most plans; then all are forgotten and those that are asked come again.</summary>
    private const int Most = 1000;

    private readonly ConcurrentDictionary<string, bool[]> _shapes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Kept> _plans = new(StringComparer.Ordinal);

    /// <summary>The plan of a question.</summary>
    /// <param name="query">The question.</param>
    /// <param name="now">The present moment.</param>
    /// <param name="plan">Plans it.</param>
    /// <param name="dialect">How statements are spelled.</param>
    public PlannedQuestion Of(CubeQuery query, DateTime now, Func<CubeQuery, CubePlan> plan, SqlDialect dialect)
    {
        if (QuestionShape.Of(query, now) is not { } shape)
            return new PlannedQuestion(new Kept(plan(query), [], dialect), []);
        if (_shapes.TryGetValue(shape.Key, out var bound) && _plans.TryGetValue(KeyOf(shape, bound), out var kept))
            return new PlannedQuestion(kept, shape.Values);
        var own = new List<string>();
        kept = new Kept(plan(QuestionShape.WithOwnValues(query, own)), own, dialect);
        bound = kept.Bound;
        if (_plans.Count >= Most)
        {
            _plans.Clear();
            _shapes.Clear();
        }

        // The first question of a shape says which of its values are bound; a later one whose plan binds fewer is kept by all of its values.
        var agreed = _shapes.GetOrAdd(shape.Key, bound);
        if (agreed.Zip(bound).All(b => !b.First || b.Second))
            _plans[KeyOf(shape, agreed)] = kept;
        return new PlannedQuestion(kept, shape.Values);
    }

    private static string KeyOf(QuestionShape shape, bool[] bound) => shape.With(shape.Values.Where((_, i) => !bound[i]));

    /// <summary>A plan with its statement.</summary>
    internal sealed class Kept
    {
        private readonly IReadOnlyList<string> _own;
        private readonly SqlDialect _dialect;
        private Statement? _statement;
        private IReadOnlyList<RollupNeed>? _needs;

        public Kept(CubePlan plan, IReadOnlyList<string> own, SqlDialect dialect)
        {
            (Plan, _own, _dialect) = (plan, own, dialect);
            Bound = new bool[own.Count];
            if (own.Count == 0)
                return;
            var parameters = CubeSqlWriter.Write(plan, dialect).Parameters.Values.ToHashSet<object?>(ReferenceEqualityComparer.Instance);
            for (var i = 0; i < own.Count; i++)
                Bound[i] = own[i].Length > 0 && parameters.Contains(own[i]);
        }

        /// <summary>The plan, before rollups.</summary>
        public CubePlan Plan { get; }

        /// <summary>Which of the question's values are bound as they are.</summary>
        public bool[] Bound { get; }

        /// <summary>What rollups must hold to serve it.</summary>
        public IReadOnlyList<RollupNeed> Needs(Catalogue catalogue) => _needs ??= RollupNeed.Of(Plan, catalogue);

        /// <summary>The statement, served by rollups where they can; written anew when the tables' sizes are others.</summary>
        public Statement Served(TableSizes? sizes, Func<CubePlan, CubePlan> route)
        {
            if (Volatile.Read(ref _statement) is { } known && ReferenceEquals(known.Sizes, sizes))
                return known;
            var plan = route(Plan);
            var sql = CubeSqlWriter.Write(plan, _dialect);
            var written = new Statement(sizes, plan, sql.Text, [.. sql.Parameters.Select(p => (p.Key, IndexOf(p.Value), p.Value))]);
            Volatile.Write(ref _statement, written);
            return written;
        }

        private int IndexOf(object? value)
        {
            for (var i = 0; i < _own.Count; i++)
            {
                if (Bound[i] && ReferenceEquals(_own[i], value))
                    return i;
            }

            return -1;
        }
    }

    /// <summary>A statement as it is run.</summary>
    /// <param name="Sizes">The sizes that the choice of rollups stands on.</param>
    /// <param name="Plan">The plan, served by rollups where they can.</param>
    /// <param name="Text">The statement.</param>
    /// <param name="Parameters">Name, the position of the question's value that is bound to it, and the value when it is none of those (-1).</param>
    internal sealed record Statement(TableSizes? Sizes, CubePlan Plan, string Text, IReadOnlyList<(string Name, int Position, object? Value)> Parameters);
}

/// <summary>A question with its plan.</summary>
/// <param name="kept">The plan.</param>
/// <param name="values">The values of this question.</param>
internal readonly struct PlannedQuestion(PlanCache.Kept kept, IReadOnlyList<string> values)
{
    /// <summary>The plan, before rollups. Its question may be an earlier one with other values.</summary>
    public CubePlan Plan => kept.Plan;

    /// <summary>What rollups must hold to serve it.</summary>
    public IReadOnlyList<RollupNeed> Needs(Catalogue catalogue) => kept.Needs(catalogue);

    /// <summary>The plan as it is run, and its statement with the values of this question.</summary>
    public (CubePlan Plan, CubeSql Sql) Served(TableSizes? sizes, Func<CubePlan, CubePlan> route)
    {
        var statement = kept.Served(sizes, route);
        var parameters = new Dictionary<string, object?>(statement.Parameters.Count, StringComparer.Ordinal);
        foreach (var (name, position, value) in statement.Parameters)
            parameters[name] = position < 0 ? value : values[position];
        return (statement.Plan, new CubeSql(statement.Text, parameters));
    }
}
