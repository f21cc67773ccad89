namespace Crm.Analytics.Warehouse;

/// <summary>One thing that is wrong in what a user wrote or gave: the four facts of an error, as values.</summary>
/// <param name="Where">Where it stands.</param>
/// <param name="Found">What was found.</param>
/// <param name="Expected">What was expected, with the nearest known name where there is one.</param>
/// <param name="Next">What to do next.</param>
public sealed record Problem(SourceLocation Where, string Found, string Expected, string Next)
{
    /// <summary>One line: <c>file:line:column: found. Expected …. Next.</c></summary>
    public override string ToString() => Line(Where.ToString(), Found, Expected, Next);

    /// <summary>The four facts of an error in one line.</summary>
    public static string Line(string where, string found, string expected, string next)
        => $"{where}: {found}. Expected {expected}{(expected.EndsWith('?') ? "" : ".")} {(next.Length > 0 ? char.ToUpperInvariant(next[0]) : "")}{next.AsSpan(Math.Min(1, next.Length))}.";
}
