using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;

namespace Crm.Analytics.Etl.Quality;

/// <summary>Which contracts a quality rule speaks of.</summary>
public static class RuleScope
{
    /// <summary>
    /// True for the contract the rule names, or, where it names none, for every contract that has all the contract columns the rule mentions. Never for
    /// rules about streams and for queries, which speak of no single contract.
    /// </summary>
    /// <param name="rule">The rule.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="catalogue">All contracts, to tell columns from other words.</param>
    public static bool Covers(QualityRule rule, Contract contract, Catalogue catalogue)
    {
        if (rule.Test is SqlTest or VolumeTest or FreshnessTest { Column: null })
        {
            return false;
        }

        if (rule.Contract is not null)
        {
            return rule.Contract == contract.Name;
        }

        var own = contract.Columns.Select(c => c.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (rule.Test is not ConditionTest condition)
        {
            return rule.Test.Columns.All(own.Contains);
        }

        var any = catalogue.Contracts.Values.SelectMany(c => c.Columns).Select(c => c.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var mentioned = SqlWords.All(condition.Sql).Where(any.Contains).ToList();
        return mentioned.Count > 0 && mentioned.All(own.Contains);
    }
}
