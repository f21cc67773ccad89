using Crm.Analytics.Reports.Pages;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Pages;

/// <summary>Answers a person's questions: every one is held against the access policies, whatever page asks it.</summary>
/// <param name="inner">Answers questions.</param>
/// <param name="catalogue">What is declared.</param>
/// <param name="security">Who asks; null for those from whom nothing is kept.</param>
/// <param name="answered">Told of each answer, to show progress.</param>
internal sealed class AskerReader(ICubeReader inner, Catalogue catalogue, SecurityContext? security, Action answered) : ICubeReader
{
    /// <inheritdoc/>
    public CubeResult Read(CubeQuery query, CancellationToken cancellation = default)
    {
        var answer = Ask(query with { Security = security }, cancellation);
        answered();
        return answer with { Query = answer.Query with { Security = null } };
    }

    /// <summary>Members of a dimension that somebody may see only through a fact are listed through one that is open to them.</summary>
    private CubeResult Ask(CubeQuery query, CancellationToken cancellation)
    {
        try
        {
            return inner.Read(query, cancellation);
        }
        catch (CrmException e) when (e.Kind == FailureKind.WrongUse && security is not null && query.Measures.Count == 0 && Through(query).FirstOrDefault() is not null)
        {
            return AskThrough([.. Through(query)], query, cancellation);
        }
    }

    /// <summary>A subject without policies may be one that no run has made yet, and then the next one tells as much; one with a policy has the last word.</summary>
    private CubeResult AskThrough(IReadOnlyList<CubeMembers> cubes, CubeQuery query, CancellationToken cancellation)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return inner.Read(query with { Measures = [cubes[i].Measures[0].Name] }, cancellation);
            }
            catch (CrmException) when (cubes[i].Cube.AccessPolicies.Count == 0 && i + 1 < cubes.Count)
            {
            }
        }
    }

    private IEnumerable<CubeMembers> Through(CubeQuery query) => CubeMembers.All(catalogue, security, "en")
        .Where(c => query.Dimensions.All(c.Reaches)).OrderByDescending(c => c.Cube.AccessPolicies.Count > 0);
}
