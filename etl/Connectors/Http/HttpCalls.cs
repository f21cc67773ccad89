using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Etl.Connectors.Http;

/// <summary>A page as it was answered.</summary>
/// <param name="Json">Its body; whoever gets the page disposes it.</param>
/// <param name="Answer">The answer.</param>
internal sealed record HttpPage(JsonDocument Json, HttpAnswer Answer) : IDisposable
{
    public void Dispose() => Json.Dispose();
}

/// <summary>
/// Asks for pages: authorised, no faster than allowed, and again when the connection, the server or the body's end fails: after the time the server asks
/// for, else after a time that doubles from try to try, from half of it to all of it by chance, so that many who wait do not come back together.
/// </summary>
internal sealed class HttpCalls
{
    private static readonly TimeSpan firstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan longestBackOff = TimeSpan.FromSeconds(60);
    private static readonly JsonDocumentOptions strict = new() { MaxDepth = 256 };
    private readonly StreamContext stream;
    private readonly HttpOptions options;
    private readonly HttpAuthorisation authorisation;
    private readonly HttpTransport transport;
    private readonly RequestRate rate;
    private readonly Random chance;
    private readonly int retries;
    private readonly TimeSpan maxWait;

    public HttpCalls(StreamContext stream, HttpOptions options)
    {
        (this.stream, this.options, authorisation) = (stream, options, new(stream));
        var read = new HttpOptionReader(stream);
        Failure = new(stream, options.HiddenParams);
        transport = stream.Shared.Get("http", () => new HttpTransport(new(stream.Source.Security.AllowPrivateAddresses)));
        rate = stream.Shared.Get("http rate", () => new RequestRate(PerSecond(), stream.Clock));
        chance = new((int)stream.Clock.GetTimestamp());
        (retries, maxWait) = (read.Number("retries") ?? 5, TimeSpan.FromSeconds(read.Number("max_wait") ?? 300));
    }

    /// <summary>Tells people of what failed.</summary>
    public HttpFailure Failure { get; }

    /// <summary>Asks for a page of JSON.</summary>
    /// <param name="url">Where.</param>
    /// <param name="body">A JSON body to POST; null for GET.</param>
    /// <param name="cancellation">Stops asking and waiting.</param>
    public async Task<HttpPage> Ask(Uri url, string? body, CancellationToken cancellation)
    {
        for (var renewed = false; ; renewed = true)
        {
            var credentials = await authorisation.Now((at, form) => Token(at, form, cancellation));
            var question = new HttpQuestion(
                PageRequest.With(url, credentials.Params), body is null ? null : (body, "application/json"), [.. options.Headers, .. credentials.Headers], options.Timeout, options.MaxBytes);
            try
            {
                return await Try(question, cancellation);
            }
            catch (RefusedException) when (authorisation.CanRenew && !renewed)
            {
                authorisation.Renew();
            }
            catch (RefusedException e)
            {
                throw Refused(e.Answer);
            }
        }
    }

    private async Task<JsonDocument> Token(Uri url, string form, CancellationToken cancellation)
    {
        try
        {
            return (await Try(new(url, (form, "application/x-www-form-urlencoded"), [], options.Timeout, 1 << 20), cancellation)).Json;
        }
        catch (RefusedException e)
        {
            throw Refused(e.Answer);
        }
    }

    private async Task<HttpPage> Try(HttpQuestion question, CancellationToken cancellation)
    {
        for (var tries = 0; ; tries++)
        {
            await rate.Wait(cancellation);
            var (page, fault, after, cause) = await Once(question, cancellation);
            if (page is not null)
            {
                return page;
            }

            var wait = after ?? BackOff(tries);
            if (tries == retries || wait > maxWait)
            {
                var how = string.Create(CultureInfo.InvariantCulture, $" ({(wait > maxWait ? $"it asks to wait {wait.TotalSeconds:0} s" : $"tried {tries + 1} times")})");
                throw Failure.Unavailable(fault + how, question.Url, cause);
            }

            await Task.Delay(wait, stream.Clock, cancellation);
        }
    }

    /// <summary>One try: a page, or what failed and can be tried again.</summary>
    private async Task<(HttpPage? Page, string Fault, TimeSpan? After, Exception? Cause)> Once(HttpQuestion question, CancellationToken cancellation)
    {
        HttpAnswer answer;
        try
        {
            answer = await transport.Send(question, cancellation);
        }
        catch (HttpFaultException e)
        {
            throw Failure.Final(e.Message, e.Url, e.Expected, e.Next, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException)
        {
            return (null, e is HttpRequestException { InnerException: { } inner } ? $"{e.Message} {inner.Message}" : e.Message, null, e);
        }

        if (answer.Status is 408 or 429 or >= 500)
        {
            return (null, Failure.Answer(answer), After(answer), null);
        }

        if (answer.Status is < 200 or >= 300)
        {
            throw answer.Status == 401 ? new RefusedException(answer) : Refused(answer);
        }

        try
        {
            // Only 204 and 205 mean by nothing that there is nothing: else an answer cut off before its first byte would count as one without records.
            return (new(JsonDocument.Parse(answer is { Status: 204 or 205, Body.Length: 0 } ? "null"u8.ToArray() : answer.Body, strict), answer), "", null, null);
        }
        catch (JsonException e)
        {
            return (null, $"the answer is no whole JSON{Failure.Start(answer.Body)}", null, e);
        }
    }

    private CrmException Refused(HttpAnswer answer) => Failure.Final(
        Failure.Answer(answer), answer.Url, "an answer with records",
        answer.Status is 401 or 403 ? "Correct the source's credentials, or have them given the right to read this" : "Correct the stream's path and parameters");

    private TimeSpan? After(HttpAnswer answer)
    {
        var wait = answer.RetryAfter?.Delta ?? (answer.RetryAfter?.Date is { } date ? date - stream.Clock.GetUtcNow() : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private TimeSpan BackOff(int tries)
    {
        var most = Math.Min(longestBackOff.TotalSeconds, firstWait.TotalSeconds * Math.Pow(2, Math.Min(tries, 16)));
        return TimeSpan.FromSeconds(most * (0.5 + (chance.NextDouble() / 2)));
    }

    private double? PerSecond() => stream.Option("requests_per_second") is not { } value ? null
        : double.TryParse(value.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new CrmException(FailureKind.CheckFailed, $"requests_per_second: {value.Text}", value.Where.ToString(), "a number above 0, as 2 or 0.5", "Correct the option");

    private sealed class RefusedException(HttpAnswer answer) : Exception
    {
        public HttpAnswer Answer { get; } = answer;
    }
}

/// <summary>Lets the requests of a source through no faster than so many in a second.</summary>
/// <param name="perSecond">How many; null for no limit.</param>
/// <param name="clock">The clock.</param>
internal sealed class RequestRate(double? perSecond, TimeProvider clock) : IDisposable
{
    private readonly Lock gate = new();
    private DateTimeOffset next = DateTimeOffset.MinValue;

    /// <summary>Waits for the next place.</summary>
    public async Task Wait(CancellationToken cancellation)
    {
        if (perSecond is not { } limit)
        {
            return;
        }

        TimeSpan wait;
        lock (gate)
        {
            var now = clock.GetUtcNow();
            next = next < now ? now : next;
            wait = next - now;
            next += TimeSpan.FromSeconds(1 / limit);
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, clock, cancellation);
        }
    }

    public void Dispose()
    {
    }
}
