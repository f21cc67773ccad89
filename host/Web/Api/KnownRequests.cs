using System.Collections.Concurrent;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>
/// Requests whose answers are remembered, by their very bytes: what was read and understood once is not read again. Of no question that means something else in a minute. Bounded;
/// safe for use from several threads.
/// </summary>
internal sealed class KnownRequests
{
    private const int Most = 4096;
    private const int LongestBody = 8192;
    private readonly ConcurrentDictionary<RequestKey, KnownRequest> _requests = new();

    /// <summary>What a request was understood as; null for one that is not known.</summary>
    public KnownRequest? Find(RequestKey key) => _requests.GetValueOrDefault(key);

    /// <summary>Notes what a request was understood as.</summary>
    public void Add(RequestKey key, KnownRequest request)
    {
        if (key.Body.Length > LongestBody)
        {
            return;
        }

        if (_requests.Count >= Most)
        {
            _requests.Clear();
        }

        _requests[key] = request;
    }
}

/// <summary>A request as it was understood.</summary>
/// <param name="Answer">What its answer is remembered by.</param>
/// <param name="Audit">What the audit log is told of it.</param>
internal sealed record KnownRequest(AnswerKey Answer, string Audit);

/// <summary>A request as it came.</summary>
/// <param name="Body">Its bytes.</param>
/// <param name="NumbersAsText">Whether numbers are wanted as text.</param>
/// <param name="Asker">What the asker may see; the same text for equal rights.</param>
/// <param name="Data">The version of the data.</param>
/// <param name="Day">The day, on which relative dates stand.</param>
internal readonly record struct RequestKey(byte[] Body, bool NumbersAsText, string Asker, string Data, int Day)
{
    /// <summary>By the bytes themselves.</summary>
    public bool Equals(RequestKey other) => Day == other.Day && NumbersAsText == other.NumbersAsText && Data == other.Data && Asker == other.Asker && Body.AsSpan().SequenceEqual(other.Body);

    /// <summary>By the bytes themselves.</summary>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Body);
        hash.Add(Asker);
        return hash.ToHashCode();
    }
}
