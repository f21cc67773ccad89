namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>What a quality rule tests. NULL passes every test but <see cref="NotNullTest"/>.</summary>
/// <param name="Kind">The key that declares it.</param>
/// <param name="Aspect">What it says about data.</param>
public abstract record RuleTest(string Kind, QualityAspect Aspect)
{
    /// <summary>The test in words, on one line.</summary>
    public abstract string Text { get; }

    /// <summary>The contract columns it speaks of; empty when it is not about named columns of one contract.</summary>
    public virtual IReadOnlyList<string> Columns => [];
}

/// <summary>A condition; a row passes unless it is false.</summary>
/// <param name="Sql">SQL condition over contract columns.</param>
public sealed record ConditionTest(string Sql) : RuleTest("rule", QualityAspect.Accuracy)
{
    /// <inheritdoc/>
    public override string Text => Sql;
}

/// <summary>Columns whose value must be there.</summary>
/// <param name="Of">The columns.</param>
public sealed record NotNullTest(IReadOnlyList<string> Of) : RuleTest("not_null", QualityAspect.Completeness)
{
    /// <inheritdoc/>
    public override string Text => $"not_null {string.Join(", ", Of)}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => Of;
}

/// <summary>Columns that no two rows of the source have alike.</summary>
/// <param name="Of">The columns.</param>
public sealed record UniqueTest(IReadOnlyList<string> Of) : RuleTest("unique", QualityAspect.Consistency)
{
    /// <inheritdoc/>
    public override string Text => $"unique {string.Join(", ", Of)}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => Of;
}

/// <summary>A number, day or moment between two bounds, both inclusive.</summary>
/// <param name="Column">The column.</param>
/// <param name="Min">Least value as written; null for none.</param>
/// <param name="Max">Largest value as written; null for none.</param>
public sealed record RangeTest(string Column, string? Min, string? Max) : RuleTest("range", QualityAspect.Accuracy)
{
    /// <inheritdoc/>
    public override string Text => $"range {Column} {Expected}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [Column];

    /// <summary>The bounds in words.</summary>
    public string Expected => Min is null ? $"at most {Max}" : Max is null ? $"at least {Min}" : $"{Min} to {Max}";
}

/// <summary>A text that matches a regular expression as a whole.</summary>
/// <param name="Column">The column.</param>
/// <param name="Regex">The expression (RE2).</param>
/// <param name="Where">Where the expression stands.</param>
public sealed record PatternTest(string Column, string Regex, SourceLocation Where) : RuleTest("pattern", QualityAspect.Accuracy)
{
    /// <inheritdoc/>
    public override string Text => $"pattern {Column}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [Column];
}

/// <summary>A value that is one of a list.</summary>
/// <param name="Column">The column.</param>
/// <param name="Values">The values as written.</param>
public sealed record AcceptedTest(string Column, IReadOnlyList<string> Values) : RuleTest("accepted", QualityAspect.Accuracy)
{
    /// <inheritdoc/>
    public override string Text => $"accepted {Column}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [Column];
}

/// <summary>A value that a member of a dimension, or a row of a contract, has.</summary>
/// <param name="Column">The column.</param>
/// <param name="Of">The dimension or contract.</param>
/// <param name="Member">Its column.</param>
public sealed record ReferenceTest(string Column, string Of, string Member) : RuleTest("reference", QualityAspect.Consistency)
{
    /// <inheritdoc/>
    public override string Text => $"reference {Column} in {Of}.{Member}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [Column];
}

/// <summary>Data that is not older than it may be when the run begins.</summary>
/// <param name="Column">The column whose newest moment counts; null when a stream's newest file or delivery does.</param>
/// <param name="Stream">The stream whose newest file or delivery counts; null when a column does.</param>
/// <param name="MaxAge">The greatest age.</param>
/// <param name="Written">The greatest age as written.</param>
public sealed record FreshnessTest(string? Column, string? Stream, TimeSpan MaxAge, string Written) : RuleTest("freshness", QualityAspect.Timeliness)
{
    /// <inheritdoc/>
    public override string Text => $"freshness {Column ?? Stream} {Written}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => Column is null ? [] : [Column];
}

/// <summary>A number of records that is near the median of the stream's own earlier runs.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="SameWeekday">True: only runs on the same weekday are compared with.</param>
/// <param name="Tolerance">Largest difference, as a share of the median.</param>
/// <param name="Runs">Most runs to compare with; fewer than <see cref="FewestRuns"/> are no measure.</param>
public sealed record VolumeTest(string Stream, bool SameWeekday, double Tolerance, int Runs) : RuleTest("volume", QualityAspect.Consistency)
{
    /// <summary>With fewer earlier runs than this nothing is judged.</summary>
    public const int FewestRuns = 5;

    /// <inheritdoc/>
    public override string Text => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"volume {Stream} ± {Tolerance * 100:0.##} %");
}

/// <summary>
/// A query over the source's contracts, each a table of its own name with <c>_file</c> and <c>_record</c>: it answers the bad rows' <c>_file</c> and
/// <c>_record</c>, or a single number, the count of what is wrong.
/// </summary>
/// <param name="Sql">The query.</param>
/// <param name="Where">Where it stands.</param>
public sealed record SqlTest(string Sql, SourceLocation Where) : RuleTest("sql", QualityAspect.Consistency)
{
    /// <inheritdoc/>
    public override string Text => Sql.ReplaceLineEndings(" ").Trim();
}
