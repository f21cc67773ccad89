using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Etl.Connectors.Databases;

/// <summary>A source database did not answer as it should. The text of its own error has no secrets in it.</summary>
/// <param name="found">What it said.</param>
/// <param name="where">The source or stream.</param>
/// <param name="expected">What was expected.</param>
/// <param name="next">What to do next.</param>
/// <param name="retryable">True when the same call can succeed later without anyone changing anything.</param>
public sealed class DatabaseException(string found, string where, string expected, string next, bool retryable)
    : CrmException(FailureKind.Failed, found, where, expected, next)
{
    /// <inheritdoc/>
    public override bool Retryable { get; } = retryable;

    /// <summary>The error for what a provider threw; its inner exceptions are left out, since they can hold the connection's text.</summary>
    internal static DatabaseException Of(Secrets secrets, string where, string message, bool retryable) => new(
        secrets.Redact(message.ReplaceLineEndings(" ")), where, retryable ? "a database that answers" : "a database that can be read as declared",
        retryable ? "See that it runs and can be reached, then run again; nothing was lost" : "Correct the source, its options or the rights of its user, then run again",
        retryable);
}
