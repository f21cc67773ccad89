namespace Crm.Analytics.Host.Web;

/// <summary>A part of the server: every path that begins with its prefix.</summary>
internal interface IWebArea
{
    /// <summary>How its paths begin, e.g. <c>/v1/push/</c>.</summary>
    string Prefix { get; }

    /// <summary>True when a request shows by a secret header that no page of another site sent it; else its host must be this machine.</summary>
    bool HasOwnProof { get; }

    /// <summary>True for a path that it answers.</summary>
    bool Answers(string path) => path.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Answers a request.</summary>
    Task Answer(HttpContext context);
}
