namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>How a dimension attribute follows changes in the source (Kimball's slowly changing dimension types).</summary>
public enum ScdType
{
    /// <summary>Type 0: the first value stays.</summary>
    Fixed = 0,

    /// <summary>Type 1: the newest value replaces the old one in every version.</summary>
    Overwrite = 1,

    /// <summary>Type 2: a change begins a new version, valid from the time of the change.</summary>
    NewVersion = 2,

    /// <summary>Type 3: the newest value in every version, the one before it beside (<c>previous_NAME</c>), and since when it holds (<c>NAME_since</c>).</summary>
    Previous = 3,

    /// <summary>Type 6 (1 + 2 + 3): as type 2, and the present value beside in every version (<c>current_NAME</c>).</summary>
    Hybrid = 6,
}

/// <summary>What the loader makes of another attribute, beside its value.</summary>
public enum AttributePart
{
    /// <summary>The value itself.</summary>
    Value,

    /// <summary>The value before the last change (type 3).</summary>
    Previous,

    /// <summary>The moment of the last change (type 3); missing when there was none.</summary>
    Since,

    /// <summary>The present value, in every version (type 6).</summary>
    Current,
}

/// <summary>What a missing value in a record says.</summary>
public enum MissingValue
{
    /// <summary>Nothing: the last known value holds.</summary>
    Keeps,

    /// <summary>That the value is missing from then on.</summary>
    Clears,
}

/// <summary>
/// A conformed dimension. Its table is <c>star.dim_NAME</c> with <c>NAME_key</c> (one per member, durable; 0 is the unknown member) and, when any
/// attribute is type 2 or 6, <c>NAME_version_key</c> (one per version), <c>valid_from</c> (inclusive), <c>valid_to</c> (exclusive), <c>is_current</c>.
/// <c>is_inferred</c> marks members that only facts spoke of, <c>is_deleted</c> those that the source no longer has.
/// </summary>
/// <param name="Name">Name in snake_case; also the cube name of its members (<c>customer.country</c>).</param>
/// <param name="Title">Name for people.</param>
/// <param name="From">The contract its members come from; null for the generated date dimension.</param>
/// <param name="Key">The contract column that identifies a member within the conformed model, or the first of several; null for the date dimension.</param>
/// <param name="Effective">The contract column that says since when the record's values hold; null when no attribute is of type 2, 3 or 6.</param>
/// <param name="Attributes">Attributes in declared order, the key among them.</param>
/// <param name="Hierarchies">Drill paths.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record Dimension(
    string Name, string Title, string? From, string? Key, string? Effective,
    IReadOnlyList<DimensionAttribute> Attributes, IReadOnlyList<Hierarchy> Hierarchies, SourceLocation Where)
{
    /// <summary>All contract columns that identify a member together; empty for the date dimension.</summary>
    public IReadOnlyList<string> Keys { get; init; } = Key is null ? [] : [Key];

    /// <summary>The table with its schema.</summary>
    public string Table => $"star.dim_{Name}";

    /// <summary>The column with the durable surrogate key.</summary>
    public string KeyColumn => $"{Name}_key";

    /// <summary>The column with the surrogate key of one version.</summary>
    public string VersionKeyColumn => $"{Name}_version_key";

    /// <summary>True when any attribute is type 2 or 6, so that the table keeps versions.</summary>
    public bool IsVersioned => Attributes.Any(a => a.Scd is ScdType.NewVersion or ScdType.Hybrid && a.Part == AttributePart.Value);

    /// <summary>True for the dimension that is generated, not loaded.</summary>
    public bool IsDate => From is null;

    /// <summary>The attribute by its member's name or its column; null when there is none.</summary>
    public DimensionAttribute? Find(string name) => Attributes.FirstOrDefault(a => a.Column == name) ?? Attributes.FirstOrDefault(a => a.Name == name);
}

/// <summary>One attribute of a dimension; <c>dimension.attribute</c> is a member of the cubes that reach the dimension.</summary>
/// <param name="Name">Member name, e.g. <c>country</c>.</param>
/// <param name="Column">The contract column it is loaded from, and the table column that stores it.</param>
/// <param name="Type">Type of the value.</param>
/// <param name="Scd">How it follows changes.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Description">What it means.</param>
/// <param name="Format">How values are shown: null, <c>day</c>, <c>week</c>, <c>month</c>, <c>quarter</c>, <c>year</c>, <c>currency</c>, <c>percent</c>, <c>number</c>.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record DimensionAttribute(
    string Name, string Column, ColumnType Type, ScdType Scd, string Title, string? Description, string? Format, SourceLocation Where)
{
    /// <summary>What it is of the column <see cref="Of"/>: the value itself, or what the loader makes beside it.</summary>
    public AttributePart Part { get; init; }

    /// <summary>The contract column it comes from; equals <see cref="Column"/> for values.</summary>
    public string Of { get; init; } = Column;

    /// <summary>What a missing value in a record says of it.</summary>
    public MissingValue Missing { get; init; }
}

/// <summary>A drill path through attributes, coarsest first.</summary>
/// <param name="Name">Name in snake_case.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Levels">Attribute names, coarsest first; at least two, or none with a <see cref="Parent"/>.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record Hierarchy(string Name, string Title, IReadOnlyList<string> Levels, SourceLocation Where)
{
    /// <summary>
    /// The attribute with the key of the member above, for a hierarchy of any depth (employee and manager); its levels are then empty, and who stands
    /// above whom is in <c>star.bridge_DIMENSION_NAME</c>. Null for a path through attributes.
    /// </summary>
    public string? Parent { get; init; }
}
