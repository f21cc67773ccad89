using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Reports.Content;

/// <summary>Which contracts the figures of a block come from.</summary>
internal static class Contracts
{
    /// <summary>Follows a contract whose columns a stream bears itself, so that any of them may be filled.</summary>
    public const string AllColumns = ".*";

    /// <summary>Contracts that a block stands on and that nothing fills; empty when one of the block's cubes can be answered, or when it is not known.</summary>
    public static IReadOnlyList<string> Missing(BlockPlan block, FillOptions options)
    {
        if (options.Catalogue is not { } catalogue || options.Filled is not { } filled)
        {
            return [];
        }

        var needed = BlockQuestions.Of(block).Select(q => Of(BlockQuestions.CubeOf(q), catalogue)).ToList();
        return needed.Count > 0 && needed.TrueForAll(n => n.Count > 0 && !n.Any(filled.Contains)) ? [.. needed.SelectMany(n => n).Distinct()] : [];
    }

    /// <summary>
    /// Why a block whose facts are there has no rows: contracts of the dimensions it groups by that nothing fills, columns it asks to be there (a filter
    /// <c>set</c>) that nothing fills, and for facts that bring others together all but the one that is there. Empty when that is not known to be why.
    /// </summary>
    /// <param name="block">The block.</param>
    /// <param name="options">What is filled.</param>
    /// <param name="isUnknown">True when the only member that its rows have is the unknown one: then the column is not filled.</param>
    public static IReadOnlyList<string> Lacking(BlockPlan block, FillOptions options, bool isUnknown)
    {
        if (options.Catalogue is not { } catalogue || options.Filled is not { } filled || BlockQuestions.Of(block).FirstOrDefault() is not { } question)
        {
            return [];
        }

        var fact = FactOf(BlockQuestions.CubeOf(question), catalogue);
        var lacking = new List<string>();
        if (fact?.Derived is { Parts.Count: > 1 } derived)
        {
            var others = Sources(derived).Where(catalogue.Facts.ContainsKey).SelectMany(n => Of(catalogue.Facts[n], catalogue, depth: 1)).Distinct().ToLookup(filled.Contains);
            if (others[true].Count() < 2)
            {
                lacking.Add(string.Join(" / ", others[false]));
            }
        }

        var asked = question.Filters.OfType<FixedFilter>().Select(f => f.Filter).OfType<Warehouse.Query.MemberFilter>()
            .Where(f => f.Operator == Warehouse.Query.FilterOperator.Set).Select(f => f.Member).ToHashSet();
        lacking.AddRange(question.Dimensions.Select(m => Lacking(m, fact, catalogue, filled, isUnknown || asked.Contains(m))).OfType<string>());
        return [.. lacking.Distinct()];
    }

    /// <summary>What a member lacks: its contract, its column, or the column of the fact that would name it.</summary>
    private static string? Lacking(string member, Fact? fact, Catalogue catalogue, IReadOnlySet<string> filled, bool isAsked)
    {
        var role = fact?.Roles.FirstOrDefault(r => r.Role == BlockQuestions.Owner(member));
        var dimension = DimensionOf(BlockQuestions.Owner(member), catalogue);
        if (fact is { From: { } from } && role is not null && (dimension?.From is null || dimension.Keys.Any(k => member == $"{role.Role}.{k}")))
        {
            return isAsked ? Column(from, role.Column) : null;
        }

        return dimension?.From is not { } contract ? null
            : !filled.Contains(contract) ? contract
            : isAsked && dimension.Attributes.FirstOrDefault(a => member.EndsWith("." + a.Name, StringComparison.Ordinal)) is { } attribute ? Column(contract, attribute.Column) : null;

        string? Column(string contract, string column) => filled.Contains($"{contract}.{column}") || filled.Contains(contract + AllColumns) ? null : $"{contract}.{column}";
    }

    /// <summary>The member that tells why the scores that a measure is of were not made; null when there is none.</summary>
    public static string? Status(string measure, FillOptions options) =>
        options.Catalogue is { } catalogue && FactOf(BlockQuestions.Owner(measure), catalogue) is { Kind: FactKind.Score } fact ? ScoreOrigins.Of(fact.Name).Status : null;

    /// <summary>The setting that has the scores made that a block shows, when the project does not ask for them; null when that is not why it is empty.</summary>
    public static string? Unset(BlockPlan block, FillOptions options, ProjectSettings settings)
    {
        if (options.Catalogue is not { } catalogue)
        {
            return null;
        }

        var origins = BlockQuestions.Of(block).Select(q => FactOf(BlockQuestions.CubeOf(q), catalogue)).OfType<Fact>().Where(f => f.Kind == FactKind.Score).Select(f => ScoreOrigins.Of(f.Name));
        return origins.FirstOrDefault(o => !o.IsMade(settings))?.Setting;
    }

    private static Fact? FactOf(string owner, Catalogue catalogue) =>
        catalogue.Cubes.TryGetValue(owner, out var cube) ? catalogue.Facts.Values.FirstOrDefault(f => f.Table == cube.Table) : null;

    private static Dimension? DimensionOf(string role, Catalogue catalogue) => catalogue.Dimensions.GetValueOrDefault(role)
        ?? catalogue.Facts.Values.SelectMany(f => f.Roles).Where(r => r.Role == role).Select(r => catalogue.Dimensions.GetValueOrDefault(r.Dimension)).FirstOrDefault();

    /// <summary>The contracts any one of which gives a cube rows.</summary>
    private static IReadOnlyList<string> Of(string owner, Catalogue catalogue)
    {
        if (!catalogue.Cubes.ContainsKey(owner))
        {
            return catalogue.Dimensions.TryGetValue(owner, out var dimension) && dimension.From is { } own ? [own] : [];
        }

        return FactOf(owner, catalogue) is { } fact ? Of(fact, catalogue, depth: 0) : [];
    }

    private static IReadOnlyList<string> Of(Fact fact, Catalogue catalogue, int depth)
    {
        if (fact.From is { } contract)
        {
            return [contract];
        }

        if (fact.Derived is { } derived && depth < 4)
        {
            return [.. Sources(derived).Where(catalogue.Facts.ContainsKey).SelectMany(name => Of(catalogue.Facts[name], catalogue, depth + 1)).Distinct()];
        }

        return fact.Kind == FactKind.Score ? ScoreOrigins.Of(fact.Name).Contracts : [];
    }

    private static IEnumerable<string> Sources(DerivedFact derived) => derived.Parts.Select(p => p.Fact);
}
