namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>What happens to a record that breaks a quality rule.</summary>
public enum RuleSeverity
{
    /// <summary>It is loaded and counted.</summary>
    Warn,

    /// <summary>It goes to the quarantine.</summary>
    Quarantine,

    /// <summary>The run fails, and nothing that readers see changes.</summary>
    Fail,
}

/// <summary>What a check says about data.</summary>
public enum QualityAspect
{
    /// <summary>Values are there.</summary>
    Completeness,

    /// <summary>Values are such as they can be: of their type, in their range, of their form.</summary>
    Accuracy,

    /// <summary>Records fit each other: none twice, none that speaks of what is not there.</summary>
    Consistency,

    /// <summary>The data is as recent as it should be.</summary>
    Timeliness,
}

/// <summary>Something that the rows of a source must meet.</summary>
/// <param name="Contract">The contract it is about; null: every contract of the source that has all its columns.</param>
/// <param name="Test">What is tested.</param>
/// <param name="Severity">What happens to a row that does not pass.</param>
/// <param name="Name">Name for people; the test in words when not given.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record QualityRule(string? Contract, RuleTest Test, RuleSeverity Severity, string Name, SourceLocation Where);
