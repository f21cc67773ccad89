using System.Text.Json;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>What a request that cannot be answered is told: the four facts and a status, never the inside of the program.</summary>
internal static class ApiErrors
{
    /// <summary>A request that says something wrong.</summary>
    public static CrmException Wrong(string found, string where, string expected, string next) => new(FailureKind.WrongUse, found, where, expected, next);

    /// <summary>The status an error is answered with.</summary>
    public static int StatusOf(Exception error) => error switch
    {
        RefusedException refused => refused.Status,
        CrmException { Kind: FailureKind.WrongUse } => StatusCodes.Status400BadRequest,
        CrmException { Kind: FailureKind.Busy } or NothingLoadedException => StatusCodes.Status503ServiceUnavailable,
        BadHttpRequestException bad => bad.StatusCode,
        JsonException => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>The body of an error's answer; <c>error</c> is one sentence, as clients of Cube expect it.</summary>
    public static void Write(Utf8JsonWriter json, Exception error)
    {
        var (found, where, expected, next) = Facts(error);
        json.WriteStartObject();
        json.WriteString("error", Problem.Line(where, found, expected, next));
        json.WriteString("found", found);
        json.WriteString("where", where);
        json.WriteString("expected", expected);
        json.WriteString("next", next);
        json.WriteEndObject();
    }

    /// <summary>The four facts of an error.</summary>
    public static (string Found, string Where, string Expected, string Next) Facts(Exception error) => error switch
    {
        DeclarationException { Problems: [var first, ..] } => (first.Found, first.Where.ToString(), first.Expected, first.Next),
        CrmException crm => (crm.Found, crm.Where, crm.Expected, crm.Next),
        JsonException or BadHttpRequestException => (error.Message, "the request", "JSON in UTF-8 with each key once, within the limits", "Correct the request"),
        EngineException { Kind: EngineErrorKind.OutOfMemory } => ("the question needs more memory than there is", "the question", "an answer that fits", "Ask for fewer groups or a shorter time"),
        _ => ("a fault of the program", "the server", "an answer", "See what `crm serve` says on standard error"),
    };
}

/// <summary>A request of somebody who may not make it.</summary>
internal sealed class RefusedException(int status, string found, string expected, string next) : CrmException(FailureKind.WrongUse, found, "the request", expected, next)
{
    /// <summary>401 or 403.</summary>
    public int Status { get; } = status;
}
