using System.Globalization;
using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Etl.Staging;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl;

/// <summary>What landed of a stream in earlier runs, conformed as the stream is conformed now: for histories that are derived again.</summary>
/// <param name="shape">The stream as it is now.</param>
/// <param name="known">What the warehouse knew of it before the run.</param>
/// <param name="replaced">The files, by path, whose earlier content the run replaces.</param>
/// <param name="now">The files of the run.</param>
/// <param name="store">The landing.</param>
internal sealed class StreamHistory(
    StreamShape shape, IReadOnlyList<LoadedFile> known, IReadOnlyDictionary<string, LoadedFile> replaced, IReadOnlyList<LoadedFile> now, LandingStore store)
{
    private static readonly SqlFile Sql = SqlFile.Beside<StreamHistory>();

    /// <summary>
    /// A query for every accepted row ever landed of some members in one contract, this run's among them, or null when a landed batch is gone.
    /// </summary>
    /// <param name="map">The map; one of the stream's.</param>
    /// <param name="key">The contract's column with the business key.</param>
    /// <param name="members">Temporary table with the column <c>member</c>.</param>
    public string? AllOf(ConformedRows map, string key, string members)
    {
        return Landed(map, known.ExceptBy(now.Select(n => n.Path), k => k.Path, StringComparer.Ordinal).Concat(now), rows => Sql.Fill(
            "some_members", ("rows", rows.Sql), ("ids", rows.Ids), ("key", SqlName.Quote(key)), ("members", members)));
    }

    /// <summary>A query for every accepted row ever landed in one contract, this run's among them, or null when a landed batch is gone.</summary>
    public string? All(ConformedRows map) => Landed(
        map, known.ExceptBy(now.Select(n => n.Path), k => k.Path, StringComparer.Ordinal).Concat(now), rows => Sql.Fill("all_rows", ("rows", rows.Sql), ("ids", rows.Ids)));

    /// <summary>Makes a temporary table of the members that the earlier content of changed files spoke of; false when there are none to ask.</summary>
    public bool MakeWithdrawn(ISession session, ConformedRows map, string key, string table)
    {
        if (Landed(map, known.Where(k => replaced.ContainsKey(k.Path)), rows => Sql.Fill("member_of", ("rows", rows.Sql), ("ids", rows.Ids), ("key", SqlName.Quote(key)))) is not { Length: > 0 } query)
        {
            return false;
        }

        session.Execute(Sql.Fill("members", ("view", table), ("rows", query)));
        return true;
    }

    /// <summary>Landed records of earlier runs, for the keys that are gone: the relation of each landing that holds any.</summary>
    public IEnumerable<string> Gone(ISession session)
    {
        var wanted = session.Query<int>(Sql.Fill("gone_files", ("gone", Tombstones.Gone))).ToHashSet();
        return known.Where(k => wanted.Contains(k.FileId)).GroupBy(k => k.Landing, StringComparer.Ordinal).SelectMany(group =>
        {
            var ids = group.ToDictionary(f => f.Path, f => f.FileId, StringComparer.Ordinal);
            return store.Find(shape.Source.Name, shape.Stream.Name, group.Key) is { } batch ? [LandedRelation.Sql(batch, f => ids.GetValueOrDefault(f.Path, -1))] : Array.Empty<string>();
        });
    }

    /// <summary>What the run's changed files held before: for each landing that has any, its columns and the relation with <c>_file</c> and <c>_record</c>.</summary>
    public IEnumerable<(IReadOnlyList<LandedColumn> Columns, string Sql)> Replaced() =>
        known.Where(k => replaced.ContainsKey(k.Path)).GroupBy(k => k.Landing, StringComparer.Ordinal).SelectMany(group =>
        {
            var ids = group.ToDictionary(f => f.Path, f => f.FileId, StringComparer.Ordinal);
            return store.Find(shape.Source.Name, shape.Stream.Name, group.Key) is { } batch
                ? [(batch.Columns, LandedRelation.Sql(batch with { Files = [.. batch.Files.Where(f => ids.ContainsKey(f.Path))] }, f => ids[f.Path]))] : Array.Empty<(IReadOnlyList<LandedColumn>, string)>();
        });

    private string? Landed(ConformedRows map, IEnumerable<LoadedFile> wanted, Func<(string Sql, string Ids), string> select)
    {
        var landed = new List<(LandedBatch Batch, Dictionary<string, int> Ids)>();
        foreach (var group in wanted.Where(f => f.Records > f.Rejected).GroupBy(f => f.Landing, StringComparer.Ordinal))
        {
            if (store.Find(shape.Source.Name, shape.Stream.Name, group.Key) is not { } batch)
            {
                return null;
            }

            landed.Add((batch, group.ToDictionary(f => f.Path, f => f.FileId, StringComparer.Ordinal)));
        }

        var queries = new List<string>();
        foreach (var alike in landed.GroupBy(l => (l.Batch.MarksDeleted, string.Join('\n', l.Batch.Columns))).Select(g => g.ToList()))
        {
            var columns = alike[0].Batch.Columns;
            var ids = alike.ToDictionary(l => l.Batch.Id, l => l.Ids, StringComparer.Ordinal);
            var rows = LandedRelation.Sql([.. alike.Select(l => l.Batch)], (b, f) => ids[b.Id].GetValueOrDefault(f.Path, -1));
            var list = SqlName.List(alike.SelectMany(l => l.Ids.Values).Order().Select(i => i.ToString(CultureInfo.InvariantCulture)));

            // A column that the stream has only now was missing then.
            var later = shape.Columns.Where(c => !columns.Any(o => string.Equals(o.Name, c.Name, StringComparison.OrdinalIgnoreCase))).ToList();
            var then = shape with { Columns = [.. columns.Select(c => new DescribedColumn(c.Name, c.Type)), .. later] };
            var added = string.Concat(later.Select(c => $", CAST(NULL AS {c.Type}) AS {SqlName.Quote(c.Name)}"));
            var good = Sql.Fill("not_quarantined", ("added", (then.TellsDeletes ? ", true AS _current" : "") + added), ("rows", $"({rows})"));
            queries.Add(select((ConformedStream.Landed(map, then, $"({good})"), list)));
        }

        return string.Join("\nUNION ALL\n", queries);
    }
}
