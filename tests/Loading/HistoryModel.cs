using System.Globalization;
using System.Text;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;

namespace Crm.Analytics.Tests.Loading;

/// <summary>Two dimensions with an attribute of every type of change, one that keeps versions and one that does not, and their contract.</summary>
internal static class HistoryModel
{
    private static readonly DateTime origin = new(2020, 2, 27);

    /// <summary>The attributes of the versioned dimension.</summary>
    public static IReadOnlyList<TestedAttribute> Attributes { get; } = Placed(
        new("first", 0, false), new("newest", 1, false), new("newest_c", 1, true), new("turn", 2, false), new("turn_c", 2, true),
        new("before", 3, false), new("before_c", 3, true), new("mixed", 6, false), new("mixed_c", 6, true));

    /// <summary>The declarations.</summary>
    public static Catalogue Catalogue { get; } = Read();

    /// <summary>The moment of a day.</summary>
    public static DateTime Moment(int day) => origin.AddDays(day);

    /// <summary>A moment as text.</summary>
    public static string Text(DateTime moment) => moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The attributes of a dimension.</summary>
    public static IReadOnlyList<TestedAttribute> Of(Dimension dimension) =>
        [.. Attributes.Where(t => dimension.Attributes.Any(a => a.Name == t.Name))];

    private static TestedAttribute[] Placed(params TestedAttribute[] attributes) => [.. attributes.Select((a, i) => a with { At = i })];

    private static Catalogue Read()
    {
        var columns = string.Join(", ", Attributes.Select(a => $"{a.Name}: {{type: text}}"));
        string Declared(IEnumerable<TestedAttribute> of) => string.Concat(of.Select(a => $"  {a.Name}: {{scd: {a.Scd}, missing: {(a.Clears ? "clears" : "keeps")}}}\n"));
        string[] texts =
        [
            $"contract: thing\ngrain: one state of one thing\nkey: [thing_id, since]\ntime: since\ncolumns: {{thing_id: {{type: text}}, since: {{type: timestamp}}, {columns}}}\n",
            $"dimension: thing\nfrom: thing\nkey: thing_id\neffective: since\nattributes:\n  thing_id: {{scd: 0}}\n{Declared(Attributes)}",
            $"dimension: flat\nfrom: thing\nkey: thing_id\neffective: since\nattributes:\n  thing_id: {{scd: 0}}\n{Declared(Attributes.Where(a => a.Scd is 0 or 1 or 3))}",
        ];
        var problems = new List<Problem>();
        var reader = new ModelReader(problems);
        for (var i = 0; i < texts.Length; i++)
        {
            reader.Read($"model/{i}.yaml", Encoding.UTF8.GetBytes(texts[i]), standard: false);
        }

        var model = reader.Build();
        reader.Check(new References(model, problems));
        return problems.Count == 0 ? model.ToCatalogue() : throw new DeclarationException(problems);
    }
}
