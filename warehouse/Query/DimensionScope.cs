using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>A question without measures about one dimension: its members are listed, the unknown one left out.</summary>
internal sealed class DimensionScope(Dimension dimension, AttributeReading reading) : MemberScope
{
    public override bool IsMeasure(string name) => false;

    public override PlannedDimension Dimension(string name, string where)
    {
        var attribute = Split(name) is var (role, member) && role == dimension.Name
            ? dimension.Attributes.FirstOrDefault(a => a.Name == member) : null;
        if (attribute is null)
            throw QueryErrors.Unreachable(name, where, $"without a measure only members of '{dimension.Name}' can be listed",
                dimension.Attributes.Select(a => $"{dimension.Name}.{a.Name}"));
        Uses(attribute.Column);
        return Planned(dimension.Name, dimension, attribute, SqlName.Quote(attribute.Column));
    }

    public override PlannedMeasure Measure(string name, string where) => throw QueryErrors.DimensionAsMeasure(name);

    public override string Segment(string name) => throw QueryErrors.UnknownSegment(name, []);

    public override PlannedTable From()
    {
        var known = $"{SqlName.Quote(dimension.KeyColumn)} <> 0";
        var current = dimension.IsVersioned && reading == AttributeReading.AsIs;
        return new PlannedTable(dimension.Table, $"{dimension.Table}_history", dimension.Name, Columns,
            current ? $"{known} AND \"is_current\"" : known);
    }

    public override IReadOnlyList<PlannedJoin> Joins() => [];
}
