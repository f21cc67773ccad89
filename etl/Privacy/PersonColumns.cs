using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;

namespace Crm.Analytics.Etl.Privacy;

/// <summary>What of a stream speaks of persons, by its maps.</summary>
/// <param name="Ids">SQL expressions over its columns that name the person a record speaks of.</param>
/// <param name="Emails">SQL expressions for a person's e-mail address, in records that describe persons.</param>
/// <param name="DescribesPersons">True when a person's record is that person's alone, and goes as a whole; false when it tells of something that happened, which stays without them.</param>
/// <param name="Kept">Raw columns that stay of what happened.</param>
internal sealed record PersonColumns(IReadOnlyList<string> Ids, IReadOnlyList<string> Emails, bool DescribesPersons, IReadOnlySet<string> Kept)
{
    /// <summary>The dimension whose members are persons.</summary>
    public static string SubjectOf(Catalogue catalogue) => catalogue.Identity?.Dimension ?? "customer";

    /// <summary>Looks at a stream's maps.</summary>
    /// <param name="shape">The stream with the columns of a batch.</param>
    /// <param name="catalogue">The declarations.</param>
    /// <returns>Null when nothing in it names a person.</returns>
    public static PersonColumns? Of(StreamShape shape, Catalogue catalogue)
    {
        if (!catalogue.Dimensions.TryGetValue(SubjectOf(catalogue), out var subject) || subject.From is null)
        {
            return null;
        }

        var (ids, emails, kept) = (new List<string>(), new List<string>(), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        var describes = true;
        foreach (var map in shape.Source.MapsOf(shape.Stream.Name))
        {
            var contract = catalogue.Contracts[map.Contract];
            var columns = shape.Resolve(map, contract).Columns;
            var isSubject = contract.Name == subject.From;
            var naming = isSubject ? [subject.Keys[0]] : NamingColumns(contract, subject, catalogue);
            ids.AddRange(naming.Where(columns.ContainsKey).Select(c => shape.Sql(columns[c].Sql)));
            if (isSubject && columns.TryGetValue("email", out var email))
            {
                emails.Add(shape.Sql(email.Sql));
            }

            if (!isSubject)
            {
                describes = false;
                var told = columns.Where(c => !naming.Contains(c.Key) && !contract.Columns.First(k => k.Name == c.Key).IsPersonal).Select(c => c.Value.Sql);
                kept.UnionWith(shape.Columns.Select(c => c.Name).Where(c => told.Any(sql => SqlWords.Names(sql, c))));
            }
        }

        kept.ExceptWith(shape.Columns.Select(c => c.Name).Where(c => ids.Any(sql => SqlWords.Names(sql, c))));
        var rowKey = shape.Stream.Key.Append(shape.Stream.Sync.Cursor).OfType<string>().ToList();

        // What a record is known by cannot be taken out of it: such a record goes as a whole.
        describes |= rowKey.Exists(k => ids.Exists(sql => SqlWords.Names(sql, k)));
        kept.UnionWith(rowKey);
        return ids.Count == 0 ? null : new([.. ids.Distinct()], [.. emails.Distinct()], describes, kept);
    }

    /// <summary>Columns of a contract that name a person: those that facts take for the dimension's key, and those of the key's name.</summary>
    public static IReadOnlyList<string> NamingColumns(Contract contract, Dimension subject, Catalogue catalogue) =>
    [
        .. catalogue.Facts.Values.Where(f => f.From == contract.Name).SelectMany(f => f.Roles.Where(r => r.Dimension == subject.Name).Select(r => r.Column))
            .Concat(contract.Columns.Select(c => c.Name).Where(c => c == subject.Keys[0])).Distinct(),
    ];
}
