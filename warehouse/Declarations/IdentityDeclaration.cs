namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>How records of several sources become one member of a dimension (<c>identity: customer</c>); without a declaration every key is a member of its own.</summary>
/// <param name="Dimension">The dimension; its key is one column of the contract it comes from.</param>
/// <param name="Columns">The contract's columns that records are compared by, each with its kind: see <see cref="Kinds"/>.</param>
/// <param name="Rules">Deterministic rules, the surest first.</param>
/// <param name="Match">The probabilistic matcher; null to go by rules alone.</param>
/// <param name="Guards">What one member may not become.</param>
/// <param name="Survivorship">How values are chosen, by contract column; the others take the most recent.</param>
/// <param name="Numbering">Sources whose keys are those of another source: source → that source.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record IdentityDeclaration(
    string Dimension, IReadOnlyList<KeyValuePair<string, string>> Columns, IReadOnlyList<IdentityRule> Rules, IdentityMatch? Match, IdentityGuards Guards,
    IReadOnlyDictionary<string, Survivorship> Survivorship, IReadOnlyDictionary<string, string> Numbering, SourceLocation Where)
{
    /// <summary>What the values of a column can be, for comparing them.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "given_name", "surname", "full_name", "date", "email", "phone", "address", "house_number", "place", "postal_code", "identifier", "category", "number", "text",
    ];

    /// <summary>Calling code of telephone numbers without one, as 49; empty when unknown.</summary>
    public string CallingCode { get; init; } = "";

    /// <summary>The source whose numbering a source's keys are of; itself, unless declared otherwise.</summary>
    public string NumberingOf(string source) => Numbering.GetValueOrDefault(source, source);
}

/// <summary>Records whose values are equal in all columns, once they are in normal form, are one.</summary>
/// <param name="Name">What evidence calls it.</param>
/// <param name="Columns">Compared columns.</param>
/// <param name="AtMost">Most records that may share the values; what more share is nobody's own and joins none of them.</param>
public sealed record IdentityRule(string Name, IReadOnlyList<string> Columns, int AtMost);

/// <summary>The probabilistic matcher.</summary>
/// <param name="Threshold">Probability from which a pair is a link, 0–1.</param>
/// <param name="PairsPerRecord">Most pairs that blocking may give, per record.</param>
public sealed record IdentityMatch(double Threshold, int PairsPerRecord);

/// <summary>What one member may not become.</summary>
/// <param name="Several">True when every source may know a member several times.</param>
/// <param name="SeveralOf">Sources that may.</param>
/// <param name="MostRecords">Most records of one member; links that would make more are cut, with a warning.</param>
public sealed record IdentityGuards(bool Several, IReadOnlyList<string> SeveralOf, int MostRecords);

/// <summary>How the value of a column is chosen among a member's records.</summary>
/// <param name="Take">The way.</param>
/// <param name="Sources">For <see cref="SurvivorshipKind.MostTrusted"/>: sources, the most trusted first.</param>
public sealed record Survivorship(SurvivorshipKind Take, IReadOnlyList<string> Sources);

/// <summary>Ways to choose a value.</summary>
public enum SurvivorshipKind
{
    /// <summary>The value said last.</summary>
    MostRecent,

    /// <summary>The value of the most trusted source that has one.</summary>
    MostTrusted,

    /// <summary>The value that most records have; of equals the one said last.</summary>
    MostFrequent,

    /// <summary>The value of the record that has most values.</summary>
    MostComplete,
}
