using System.Text.Json;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Terminal;

/// <summary>Tells people, or programs, what went wrong.</summary>
internal static class ErrorText
{
    /// <summary>Says the error and answers the exit code it ends the command with.</summary>
    public static int Say(Exception error, CommandContext context)
    {
        var code = Say(error, context.Error, context.Verbose);
        if (context.Json && !context.HasAnswered)
        {
            context.WriteJson(json => Write(json, error));
        }

        return code;
    }

    private static int Say(Exception error, TextWriter to, bool verbose)
    {
        switch (error)
        {
            case DeclarationException declarations:
                foreach (var problem in declarations.Problems)
                {
                    to.WriteLine(problem);
                }

                break;
            case CrmException crm:
                to.WriteLine($"crm: {crm.Found}");
                to.WriteLine($"  where     {crm.Where}");
                to.WriteLine($"  expected  {crm.Expected}");
                to.WriteLine($"  next      {crm.Next}");
                break;
            case OperationCanceledException or EngineException { Kind: EngineErrorKind.Interrupted }:
                to.WriteLine("crm: stopped; what was published before stays as it was, and the next run resumes");
                break;
            case EngineException { Kind: EngineErrorKind.DiskFull or EngineErrorKind.OutOfMemory or EngineErrorKind.Io } engine:
                to.WriteLine($"crm: the database engine says: {OneLine(engine.Message)}");
                to.WriteLine("  next      Free space or memory, then try again; nothing that was published has changed");
                break;
            case UnauthorizedAccessException or IOException:
                to.WriteLine($"crm: {error.Message}");
                to.WriteLine("  next      Check the path, its permissions and the free space, then try again");
                break;
            default:
                to.WriteLine($"crm: unexpected {error.GetType().Name}: {OneLine(error.Message)} (a fault of the program; --verbose shows where)");
                break;
        }

        if (verbose)
        {
            to.WriteLine(error);
        }

        return error is CrmException { Kind: var kind } ? (int)kind : (int)FailureKind.Failed;
    }

    private static void Write(Utf8JsonWriter json, Exception error)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        var crm = error as CrmException;
        json.WriteString("kind", (crm?.Kind ?? FailureKind.Failed).ToString());
        json.WriteString("found", crm?.Found ?? OneLine(error.Message));
        json.WriteString("where", crm?.Where);
        json.WriteString("expected", crm?.Expected);
        json.WriteString("next", crm?.Next);
        json.WriteBoolean("retryable", crm?.Retryable ?? false);
        json.WriteEndObject();
        if (error is DeclarationException declarations)
        {
            WriteProblems(json, declarations.Problems);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes the property <c>problems</c>.</summary>
    public static void WriteProblems(Utf8JsonWriter json, IReadOnlyList<Problem> problems)
    {
        json.WriteStartArray("problems");
        foreach (var problem in problems)
        {
            json.WriteStartObject();
            json.WriteString("file", problem.Where.File);
            json.WriteNumber("line", problem.Where.Line);
            json.WriteNumber("column", problem.Where.Column);
            json.WriteString("found", problem.Found);
            json.WriteString("expected", problem.Expected);
            json.WriteString("next", problem.Next);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
