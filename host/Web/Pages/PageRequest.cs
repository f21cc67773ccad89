using Crm.Analytics.Host.Security;
using Crm.Analytics.Reports.Pages;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Pages;

/// <summary>A request for a page: who asks, what stands around it, and how it may be asked for figures.</summary>
/// <param name="Asker">Who asks.</param>
/// <param name="Frame">What stands around the page.</param>
/// <param name="Path">Its path within the server.</param>
/// <param name="Query">Its question.</param>
/// <param name="Reader">Answers what the asker may see.</param>
internal sealed record PageRequest(Asker Asker, SiteFrame Frame, string Path, IQueryCollection Query, ICubeReader Reader)
{
    /// <summary>What access policies are held against; null: nothing is kept from the asker.</summary>
    public SecurityContext? Security => Asker.Security;

    /// <summary>The keys and values of the question, but for those that are left out.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs(params string[] without) =>
        [.. Query.Where(q => !without.Contains(q.Key)).SelectMany(q => q.Value.Where(v => !string.IsNullOrEmpty(v)).Select(v => KeyValuePair.Create(q.Key, v!)))];
}
