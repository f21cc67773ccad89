using System.Globalization;

namespace Crm.Analytics.Warehouse.Engines.ClickHouse;

/// <summary>A cluster that does not do what it is asked. Retryable when the same call can succeed later: a node that is away, busy or out of memory.</summary>
public sealed class ClusterException : CrmException
{
    // Codes of ClickHouse: attempt to read after eof, timeouts, network, too many queries, memory, read-only table, too many parts, tries, replica away, keeper.
    private static readonly HashSet<int> Passing = [32, 159, 164, 198, 202, 209, 210, 241, 242, 252, 279, 319, 425, 439, 999];
    private static readonly HashSet<int> Unreachable = [32, 198, 209, 210, 279];
    private static readonly HashSet<int> Refused = [192, 193, 194, 497, 516];

    private ClusterException(string found, ClusterNode node, string expected, string next, bool retryable, Exception? inner)
        : base(FailureKind.Failed, found, $"node {node} of the cluster", expected, next, inner) => Retryable = retryable;

    /// <inheritdoc/>
    public override bool Retryable { get; }

    /// <summary>A node that could not be reached, or that broke off.</summary>
    public static ClusterException Away(ClusterNode node, Exception cause) => new(
        $"the node does not answer ({cause.GetBaseException().Message})", node, "every node of the cluster: an answer without one would be short of its rows",
        "Start the node, or correct the address; nothing was lost, and the same command can be given again", true, cause);

    /// <summary>What a node said of a statement.</summary>
    /// <param name="node">The node that was asked.</param>
    /// <param name="message">Its message.</param>
    public static ClusterException Said(ClusterNode node, string message)
    {
        var code = CodeOf(message);
        var text = Shortened(message);
        if (Unreachable.Contains(code))
        {
            return new($"another node does not answer it ({text})", node, "every node of the cluster: an answer without one would be short of its rows",
                "Start the node that is named; nothing was lost, and the same command can be given again", true, null);
        }

        if (Refused.Contains(code))
        {
            return new($"the node lets the user in no further ({text})", node, "a user who may read and write the database",
                $"Set {ClusterLogin.UserVariable} and {ClusterLogin.PasswordVariable} in the environment, or give the user the right", false, null);
        }

        return Passing.Contains(code)
            ? new($"the node cannot do it now ({text})", node, "a node with room for the work", "Try again; when it stays so, give the node more memory or fewer questions", true, null)
            : new($"the node refused the statement ({text})", node, "a statement that the engine can run", "Check the expressions of the members asked with `crm check`", false, null);
    }

    /// <summary>A cluster whose nodes are not what the address says.</summary>
    public static ClusterException Unlike(ClusterNode node, string found, string expected) => new(
        found, node, expected, "Correct `warehouse` in crm.yaml, or the cluster's configuration", false, null);

    private static int CodeOf(string message)
    {
        const string mark = "Code: ";
        var at = message.IndexOf(mark, StringComparison.Ordinal);
        var digits = at < 0 ? "" : new string([.. message[(at + mark.Length)..].TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 0;
    }

    private static string Shortened(string message)
    {
        const int most = 400;
        const string mark = "DB::Exception: ";
        var line = message.ReplaceLineEndings(" ").Trim();
        var at = line.LastIndexOf(mark, StringComparison.Ordinal);
        var text = at < 0 ? line : line[(at + mark.Length)..];
        return text.Length > most ? $"{text[..most]}…" : text;
    }
}
