namespace Crm.Analytics.Warehouse;

/// <summary>How a command ends; the numbers are the process's exit codes.</summary>
public enum FailureKind
{
    /// <summary>The work could not be done (disk, permissions, a server, a damaged file).</summary>
    Failed = 1,

    /// <summary>The command was called wrongly.</summary>
    WrongUse = 2,

    /// <summary>Declarations are wrong, or a data rule that says <c>fail</c> failed.</summary>
    CheckFailed = 3,

    /// <summary>Something else holds what is needed; trying again later can help.</summary>
    Busy = 4,
}

/// <summary>An error that tells its reader four facts: what was found, where, what was expected, what to do next.</summary>
public class CrmException : Exception
{
    /// <summary>Makes the error from its four facts.</summary>
    /// <param name="kind">How the command ends.</param>
    /// <param name="found">What was found.</param>
    /// <param name="where">Where: file:line:column, or source/stream/record, or a path.</param>
    /// <param name="expected">What was expected.</param>
    /// <param name="next">What to do next.</param>
    /// <param name="inner">The cause, shown only with --verbose.</param>
    public CrmException(FailureKind kind, string found, string where, string expected, string next, Exception? inner = null)
        : base(Problem.Line(where, found, expected, next), inner)
        => (Kind, Found, Where, Expected, Next) = (kind, found, where, expected, next);

    /// <summary>How the command ends.</summary>
    public FailureKind Kind { get; }

    /// <summary>What was found.</summary>
    public string Found { get; }

    /// <summary>Where it was found.</summary>
    public string Where { get; }

    /// <summary>What was expected.</summary>
    public string Expected { get; }

    /// <summary>What to do next.</summary>
    public string Next { get; }

    /// <summary>True when the same call can succeed later without anyone changing anything.</summary>
    public virtual bool Retryable => Kind == FailureKind.Busy;
}

/// <summary>Declarations that do not hold together; carries every problem found, not just the first.</summary>
/// <param name="problems">All problems, in file order; at least one.</param>
public sealed class DeclarationException(IReadOnlyList<Problem> problems) : CrmException(
    FailureKind.CheckFailed, problems[0].Found, problems[0].Where.ToString(), problems[0].Expected,
    problems.Count == 1 ? problems[0].Next : $"{problems[0].Next} (and {problems.Count - 1} more problems; `crm check` lists them all)")
{
    /// <summary>Every problem.</summary>
    public IReadOnlyList<Problem> Problems { get; } = problems;
}
