using Crm.Analytics.Host.Security;

namespace Crm.Analytics.Host.Web.Access;

/// <summary>An area for engineers and administrators; what needs no proof of where it comes from, as a health check, stays open.</summary>
/// <param name="area">The area.</param>
/// <param name="gate">Says who sends a request.</param>
internal sealed class GuardedArea(IWebArea area, Gate gate) : IWebArea
{
    /// <inheritdoc/>
    public string Prefix => area.Prefix;

    /// <inheritdoc/>
    public bool HasOwnProof => area.HasOwnProof;

    /// <inheritdoc/>
    public bool Answers(string path) => area.Answers(path);

    /// <inheritdoc/>
    public Task Answer(HttpContext context)
    {
        if (HasOwnProof || gate.AskerOf(context) is { Role: >= AccessRole.Engineer })
        {
            return area.Answer(context);
        }

        if (gate.AskerOf(context) is null)
        {
            context.Response.Redirect(context.Request.PathBase + SignInArea.Before(context.Request.Path));
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
        }

        return Task.CompletedTask;
    }
}
