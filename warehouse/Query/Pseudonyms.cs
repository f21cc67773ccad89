using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>What becomes of a column in what leaves the program under pseudonyms.</summary>
public enum PersonalPart
{
    /// <summary>It tells nothing of who somebody is, and stays.</summary>
    None,

    /// <summary>Each value is replaced by what stands for it, the same everywhere.</summary>
    Pseudonym,

    /// <summary>It is left empty: nobody joins on it, or it leads to the record it came from.</summary>
    Emptied,
}

/// <summary>
/// Which columns of answers and of tables tell who somebody is: those from columns that contracts call personal, the numbers of persons, and whatever is worked out of them. Of a name that may
/// stand for several columns the strictest counts: a column too many is hidden rather than one too few.
/// </summary>
/// <param name="catalogue">What is declared.</param>
/// <param name="pseudonym">What stands for a text: equal for equal texts, and telling nothing of them.</param>
public sealed class Pseudonyms(Catalogue catalogue, Func<string, string> pseudonym)
{
    private const int MostDerived = 8;
    private static readonly string[] lineage = ["source_file", "source_record"];
    private readonly string _subject = catalogue.Identity?.Dimension ?? "customer";

    /// <summary>What becomes of a column of an answer.</summary>
    /// <param name="member"><c>cube.member</c>, <c>role.attribute</c>, with a granularity or without, or a name of lineage.</param>
    public PersonalPart PartOf(string member)
    {
        if (lineage.Contains(member))
        {
            return PersonalPart.Emptied;
        }

        if (member.Split('.') is not [var left, var right, ..])
        {
            return PersonalPart.None;
        }

        if (catalogue.Cubes.TryGetValue(left, out var cube) && (OfMeasure(cube, right, 0) ?? OfOwn(cube, right)) is { } own)
        {
            return own;
        }

        return Strictest(Meant(left).SelectMany(d => d.Attributes.Where(a => a.Name == right).Select(a => OfAttribute(d, a))));
    }

    /// <summary>What becomes of the columns of a table of the star; those that are not named stay.</summary>
    /// <param name="table">The table with its schema.</param>
    public IReadOnlyDictionary<string, PersonalPart> OfTable(string table)
    {
        var parts = lineage.ToDictionary(l => l, _ => PersonalPart.Emptied, StringComparer.Ordinal);
        foreach (var (dimension, attribute) in catalogue.Dimensions.Values.Where(d => d.Table == table).SelectMany(d => d.Attributes.Select(a => (d, a))))
        {
            parts[attribute.Column] = OfAttribute(dimension, attribute);
        }

        foreach (var (fact, column) in catalogue.Facts.Values.Where(f => f.Table == table).SelectMany(f => f.Columns.Select(c => (f, c))))
        {
            parts[column.Name] = OfColumn(fact, column, 0);
        }

        return parts;
    }

    /// <summary>A value as it leaves the program.</summary>
    public object? Value(PersonalPart part, object? value) => part switch
    {
        PersonalPart.None => value,
        PersonalPart.Pseudonym when value is not null => Of(Convert.ToString(value, CultureInfo.InvariantCulture)!),
        _ => null,
    };

    /// <summary>A column as it leaves the program.</summary>
    public static ResultColumn Column(PersonalPart part, ResultColumn column) => part == PersonalPart.Pseudonym ? column with { Type = new ColumnType(TypeKind.Text), Format = null } : column;

    /// <summary>What stands for a text; empty for an empty one.</summary>
    public string Of(string text) => text.Length == 0 ? text : pseudonym(text);

    /// <summary>A question as it may be asked: rows are not ordered by what is hidden, and nobody asks for somebody by name to see their pseudonym.</summary>
    /// <param name="query">The question.</param>
    /// <param name="given">The text behind a pseudonym that the asker was given before; null for any other.</param>
    /// <exception cref="CrmException">It filters by a value that tells who somebody is.</exception>
    public CubeQuery Asked(CubeQuery query, Func<string, string?>? given = null)
    {
        if (query.TimeDimensions.FirstOrDefault(t => t.Range is not null && PartOf(t.Dimension) != PersonalPart.None) is { } time)
        {
            throw Refused(time.Dimension);
        }

        var hidden = query.Dimensions.Concat(query.Measures).Concat(query.TimeDimensions.Select(t => $"{t.Dimension}.{t.Granularity}")).Where(m => PartOf(m) != PersonalPart.None).ToList();
        return query with { Filters = [.. query.Filters.Select(f => Asked(f, given))], NeverOrderedBy = hidden };
    }

    private CubeFilter Asked(CubeFilter filter, Func<string, string?>? given)
    {
        if (filter is FilterGroup group)
        {
            return group with { Filters = [.. group.Filters.Select(f => Asked(f, given))] };
        }

        return filter is not MemberFilter { Values.Count: > 0 } member || PartOf(member.Member) == PersonalPart.None ? filter
            : member.Operator is FilterOperator.Equals or FilterOperator.NotEquals ? member with { Values = [.. member.Values.Select(v => given?.Invoke(v) ?? throw Refused(member.Member))] }
            : throw Refused(member.Member);
    }

    private static CrmException Refused(string member) => new(FailureKind.WrongUse, "a value that tells who somebody is", $"the filter on '{member}'",
        "no filter by it: what leaves the program shows pseudonyms (privacy: exports in crm.yaml)", "Look at it on a page, or leave the filter out");

    private PersonalPart OfAttribute(Dimension dimension, DimensionAttribute attribute)
        => dimension.Name == _subject && dimension.Keys.Contains(attribute.Of) ? PersonalPart.Pseudonym
            : PersonalMembers.Is(catalogue, dimension, attribute) ? OfType(PersonalPart.Pseudonym, attribute.Type)
            : PersonalPart.None;

    /// <summary>The dimensions that a name may stand for: their own, those of roles, those above in a tree.</summary>
    private IEnumerable<Dimension> Meant(string name)
    {
        var roles = catalogue.Facts.Values.SelectMany(f => f.Roles).Where(r => r.Role == name || name.StartsWith($"{r.Role}_", StringComparison.Ordinal)).Select(r => r.Dimension);
        var trees = catalogue.Dimensions.Values.Where(d => d.Hierarchies.Any(h => h.Parent is not null && h.Name == name)).Select(d => d.Name);
        return roles.Concat(trees).Append(name).Distinct().Where(catalogue.Dimensions.ContainsKey).Select(n => catalogue.Dimensions[n]);
    }

    private PersonalPart? OfOwn(Cube cube, string name)
        => cube.Dimensions.FirstOrDefault(d => d.Name == name) is { } own ? OfType(OfSql(FactOf(cube), own.Sql, 0), own.Type) : null;

    /// <summary>A measure over a personal column tells it when one person is asked for, so it is left empty.</summary>
    private PersonalPart? OfMeasure(Cube cube, string name, int depth)
    {
        if (cube.Measures.FirstOrDefault(m => m.Name == name) is not { } measure || depth > MostDerived)
        {
            return null;
        }

        // How many there are tells nobody who they are.
        var counts = measure.Type is MeasureType.Count or MeasureType.CountDistinct or MeasureType.CountDistinctApprox;
        var parts = SqlWords.Of(measure.Sql ?? "").Placeholders.Select(p => p.Name.Split('.') is [var other, var part]
            ? catalogue.Cubes.TryGetValue(other, out var there) ? OfMeasure(there, part, depth + 1) : null
            : OfMeasure(cube, p.Name, depth + 1));
        return !counts && (OfSql(FactOf(cube), measure.Sql ?? "", 0) != PersonalPart.None || parts.Any(p => p is not (null or PersonalPart.None)))
            ? PersonalPart.Emptied : PersonalPart.None;
    }

    private Fact? FactOf(Cube cube) => catalogue.Facts.Values.FirstOrDefault(f => f.Table == cube.Table);

    private PersonalPart OfColumn(Fact fact, FactColumn column, int depth)
    {
        if (depth > MostDerived)
        {
            return PersonalPart.None;
        }

        if (fact.From is { } from && catalogue.Contracts.TryGetValue(from, out var contract))
        {
            var numbers = fact.Roles.Where(r => r.Dimension == _subject).SelectMany(r => r.Columns);
            return numbers.Any(n => SqlWords.Names(column.Sql, n)) ? PersonalPart.Pseudonym
                : contract.Columns.Any(c => c.IsPersonal && SqlWords.Names(column.Sql, c.Name)) ? OfType(PersonalPart.Pseudonym, column.Type)
                : PersonalPart.None;
        }

        return OfType(Strictest(fact.Derived?.Parts.Where(p => p.Columns.ContainsKey(column.Name) && catalogue.Facts.ContainsKey(p.Fact))
            .Select(p => OfSql(catalogue.Facts[p.Fact], p.Columns[column.Name], depth + 1)) ?? []), column.Type);
    }

    private PersonalPart OfSql(Fact? fact, string sql, int depth) => Strictest(fact?.Columns.Where(c => SqlWords.Names(sql, c.Name)).Select(c => OfColumn(fact, c, depth)) ?? []);

    private static PersonalPart Strictest(IEnumerable<PersonalPart> parts) => parts.DefaultIfEmpty(PersonalPart.None).Max();

    /// <summary>A number or a date has no pseudonym that is one, and nobody joins on it.</summary>
    private static PersonalPart OfType(PersonalPart part, ColumnType type) => part == PersonalPart.Pseudonym && type.Kind != TypeKind.Text ? PersonalPart.Emptied : part;
}
