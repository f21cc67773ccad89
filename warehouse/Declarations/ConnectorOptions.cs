namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>What the value of a connector's option looks like.</summary>
public enum OptionKind
{
    /// <summary>Any single value.</summary>
    Text,

    /// <summary>A single value or a list of them.</summary>
    TextOrList,

    /// <summary>One of the option's choices.</summary>
    Choice,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A mapping whose keys the source or its user names, values of any kind. <see cref="OptionValue.Text"/> is the mapping as JSON.</summary>
    Map,
}

/// <summary>An option that a connector understands.</summary>
/// <param name="Name">Key in YAML, snake_case. Keys named <c>connection</c>, <c>password</c>, <c>token</c>, <c>secret</c>, <c>api_key</c>, or ending in one of the last four, only take <c>${NAME}</c>.</param>
/// <param name="Kind">What its value looks like.</param>
/// <param name="Description">What it does, its default and its unit; editors show it.</param>
public sealed record ConnectorOption(string Name, OptionKind Kind, string Description)
{
    /// <summary>A stream or source without it is wrong.</summary>
    public bool Required { get; init; }

    /// <summary>The values of <see cref="OptionKind.Choice"/>.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Smallest number of <see cref="OptionKind.Integer"/>.</summary>
    public int Min { get; init; }

    /// <summary>Most characters of <see cref="OptionKind.Text"/>.</summary>
    public int MaxLength { get; init; } = int.MaxValue;
}

/// <summary>The options of one connector kind. A connector declares its own; whoever composes the program hands them all to the reader of projects.</summary>
/// <param name="Connector">The kind, as <c>connector:</c> names it.</param>
/// <param name="Source">Options at the source, beside <c>source</c>, <c>connector</c>, <c>time_zone</c>, <c>streams</c>, <c>map</c>, <c>quality</c>.</param>
/// <param name="Stream">Options of each stream, beside those that every connector has (<c>key</c>, <c>columns</c>, <c>cursor</c> …).</param>
public sealed record ConnectorOptions(string Connector, IReadOnlyList<ConnectorOption> Source, IReadOnlyList<ConnectorOption> Stream)
{
    /// <summary>True when it can read on from a mark: streams may say <c>cursor</c> and <c>lag</c>.</summary>
    public bool ReadsFromCursor { get; init; }

    /// <summary>True when it can follow the source's log of changes: streams may say <c>load: changes</c>.</summary>
    public bool ReadsChanges { get; init; }

    /// <summary>True when it can read the keys alone: streams may say <c>deletes: keys</c>.</summary>
    public bool ReadsKeys { get; init; }
}
