using System.Globalization;
using System.Text;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Query;
using Microsoft.AspNetCore.Http;

namespace Crm.Analytics.Reports.Pages;

/// <summary>
/// A question as the address of a page: <c>m</c> measures, <c>by</c> dimensions, <c>across</c> a pivot's columns, <c>fm</c>, <c>fo</c>, <c>fv</c> the member,
/// operator and values of each filter in turn, <c>s</c> segments, <c>as</c> the reading, <c>k</c> the picture, <c>n</c> the most rows, <c>x</c> each row of a pivot that is opened; and where one came from:
/// <c>base</c> filters that were there at the start, <c>of</c> its title, <c>from</c> its address. Names only: nothing of it becomes a statement.
/// </summary>
public sealed record PageQuestion
{
    private const int Most = 40;
    private const int Longest = 500;

    /// <summary>Measures.</summary>
    public IReadOnlyList<string> Measures { get; init; } = [];

    /// <summary>Dimensions of the rows.</summary>
    public IReadOnlyList<string> Dimensions { get; init; } = [];

    /// <summary>Dimensions of a pivot's columns.</summary>
    public IReadOnlyList<string> Across { get; init; } = [];

    /// <summary>Filters; all must hold.</summary>
    public IReadOnlyList<MemberFilter> Filters { get; init; } = [];

    /// <summary>Named filters of the cube.</summary>
    public IReadOnlyList<string> Segments { get; init; } = [];

    /// <summary>Which version of changing attributes counts.</summary>
    public AttributeReading Reading { get; init; }

    /// <summary>The picture wanted: <c>column</c>, <c>bar</c>, <c>line</c>, <c>area</c>, <c>stacked</c>, <c>treemap</c>, <c>heatmap</c>, <c>pareto</c>, <c>map</c>, <c>table</c>; null: what suits.</summary>
    public string? Kind { get; init; }

    /// <summary>Most rows on the page; null for the usual.</summary>
    public int? Limit { get; init; }

    /// <summary>Rows of the pivot that are opened in place, each by the steps that lead to it.</summary>
    public IReadOnlyList<IReadOnlyList<PivotStep>> Opened { get; init; } = [];

    /// <summary>How many of the filters were there before anybody went anywhere.</summary>
    public int Base { get; init; }

    /// <summary>Title of what one came from; null for nothing.</summary>
    public string? Of { get; init; }

    /// <summary>Address of what one came from, within this server; null for nothing.</summary>
    public string? From { get; init; }

    /// <summary>Reads a question from an address.</summary>
    /// <exception cref="CrmException">It says something wrong.</exception>
    public static PageQuestion Parse(IQueryCollection sent)
    {
        ArgumentNullException.ThrowIfNull(sent);
        var (members, operators, values) = (sent["fm"], sent["fo"], sent["fv"]);
        var filters = new List<MemberFilter>();
        for (var i = 0; i < Math.Min(members.Count, Most); i++)
        {
            if (Short(members[i]) is { Length: > 0 } member)
            {
                filters.Add(Filter(member, i < operators.Count ? operators[i] : null, i < values.Count ? values[i] : null));
            }
        }

        return new PageQuestion
        {
            Measures = Names(sent, "m"),
            Dimensions = Names(sent, "by"),
            Across = Names(sent, "across"),
            Filters = filters,
            Segments = Names(sent, "s"),
            Reading = sent["as"] == "is" ? AttributeReading.AsIs : AttributeReading.AsWas,
            Kind = sent["k"].FirstOrDefault() is { Length: > 0 and < 20 } kind ? kind : null,
            Limit = int.TryParse(sent["n"], NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most is > 0 and <= 5000 ? most : null,
            Opened = [.. sent["x"].Where(x => x is { Length: > 0 and < Longest }).Take(Most).Select(x => Split(x!).Select(Cell).Select(c => new PivotStep(c.Member, c.Value)).ToList())],
            Base = int.TryParse(sent["base"], NumberStyles.None, CultureInfo.InvariantCulture, out var before) ? Math.Min(before, filters.Count) : 0,
            Of = Short(sent["of"].FirstOrDefault()),
            From = Within(sent["from"].FirstOrDefault()),
        };
    }

    /// <summary>The question to a figure's origin.</summary>
    public static PageQuestion At(Origin origin)
    {
        ArgumentNullException.ThrowIfNull(origin);
        return new PageQuestion
        {
            Measures = origin.Question.Measures,
            Dimensions = origin.Question.Dimensions,
            Filters = [.. origin.Question.Filters.OfType<MemberFilter>()],
            Segments = origin.Question.Segments,
            Reading = origin.Question.Reading,
        };
    }

    /// <summary>The question itself; who asks is for the reader to say.</summary>
    public CubeQuery Query() => new() { Measures = Measures, Dimensions = [.. Dimensions, .. Across], Filters = Filters, Segments = Segments, Reading = Reading };

    /// <summary>The question as the part of an address after its question mark.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        Add(text, "m", Measures);
        Add(text, "by", Dimensions);
        Add(text, "across", Across);
        foreach (var filter in Filters)
        {
            Add(text, "fm", [filter.Member]);
            Add(text, "fo", [NameOf(filter.Operator)]);
            Add(text, "fv", [Joined(filter.Values)]);
        }

        Add(text, "s", Segments);
        Add(text, "as", Reading == AttributeReading.AsIs ? ["is"] : []);
        Add(text, "k", Kind is null ? [] : [Kind]);
        Add(text, "n", Limit is { } most ? [most.ToString(CultureInfo.InvariantCulture)] : []);
        Add(text, "x", Opened.Select(OpenedText));
        Add(text, "base", Base > 0 ? [Base.ToString(CultureInfo.InvariantCulture)] : []);
        Add(text, "of", Of is null ? [] : [Of]);
        Add(text, "from", From is null ? [] : [From]);
        return text.ToString();
    }

    /// <summary>A cell's value as an address holds it: <c>MEMBER:VALUE</c>, or the member alone for a missing value.</summary>
    public static string CellText(string member, object? value) => value is null ? member : $"{member}:{ValueOf(value)}";

    /// <summary>The steps that open a row as an address holds them: their cells in turn, with | between.</summary>
    public static string OpenedText(IReadOnlyList<PivotStep> steps) => Joined(steps.Select(s => CellText(s.Member, s.Value)));

    /// <summary>Reads <see cref="CellText"/>.</summary>
    public static (string Member, string? Value) Cell(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (text, null) : (text[..colon], text[(colon + 1)..]);
    }

    /// <summary>The name of an operator in addresses, as in Cube's REST format.</summary>
    public static string NameOf(FilterOperator comparison)
    {
        var name = comparison.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>An address within this server; null for any other, so that nobody is led away.</summary>
    public static string? Within(string? address) =>
        address is ['/', ..] and { Length: < 4000 } && !address.StartsWith("//", StringComparison.Ordinal) && !address.Contains('\\', StringComparison.Ordinal) && !address.Any(char.IsControl) ? address : null;

    private static MemberFilter Filter(string member, string? operation, string? values)
    {
        var comparison = OperatorNames.Of(operation ?? "equals") ?? throw new CrmException(
            FailureKind.WrongUse, $"there is no comparison '{operation}'", "the address", "one such as equals", "Choose one that the page offers");
        var bare = comparison is FilterOperator.Set or FilterOperator.NotSet;
        return new MemberFilter(member, comparison, bare ? [] : Split(values ?? ""));
    }

    private static string Joined(IEnumerable<string> values) =>
        string.Join('|', values.Select(v => v.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal)));

    private static List<string> Split(string text)
    {
        var (values, value) = (new List<string>(), new StringBuilder());
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                value.Append(text[++i]);
            }
            else if (text[i] == '|')
            {
                values.Add(value.ToString());
                value.Clear();
            }
            else
            {
                value.Append(text[i]);
            }
        }

        return [.. values, value.ToString()];
    }

    private static List<string> Names(IQueryCollection sent, string key) =>
        [.. sent[key].SelectMany(v => (v ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Where(v => v.Length < Longest).Distinct().Take(Most)];

    private static string? Short(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Length > Longest ? text[..Longest] : text;

    private static void Add(StringBuilder text, string key, IEnumerable<string> values)
    {
        foreach (var value in values)
        {
            text.Append(text.Length > 0 ? "&" : "").Append(key).Append('=').Append(Uri.EscapeDataString(value));
        }
    }

    private static string ValueOf(object value) => value switch
    {
        bool truth => truth ? "true" : "false",
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime moment when moment.TimeOfDay == TimeSpan.Zero => moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime moment => moment.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
