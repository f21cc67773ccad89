namespace Crm.Analytics.Warehouse.Query;

/// <summary>The columns of an answer, and what becomes of each.</summary>
internal sealed class HiddenColumns(Pseudonyms pseudonyms)
{
    private PersonalPart[] _parts = [];

    public IReadOnlyList<ResultColumn> Columns { get; private set; } = [];

    public IReadOnlyList<ResultColumn> Begin(IReadOnlyList<ResultColumn> columns)
    {
        _parts = [.. columns.Select(c => pseudonyms.PartOf(c.Member))];
        return Columns = [.. columns.Select((c, i) => Pseudonyms.Column(_parts[i], c))];
    }

    public IReadOnlyList<object?> Row(IReadOnlyList<object?> values) => [.. values.Select((v, i) => pseudonyms.Value(_parts[i], v))];
}
