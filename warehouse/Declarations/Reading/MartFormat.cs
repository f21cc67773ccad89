using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The part of <c>crm.yaml</c> that tells what is published as Parquet.</summary>
internal static class MartFormat
{
    private const string All = "all";

    public static readonly EitherShape Marts = new(ScalarShape.Reference, new ListShape(ScalarShape.Reference));

    /// <summary>What is declared; null when nothing is.</summary>
    public static MartSettings? Build(YamlMap settings)
    {
        var named = settings.ScalarsOf("marts").ToList();
        return named.Count == 0 ? null : new(IsAll(named) ? [] : [.. named.Select(n => new OptionValue([n.Text], n.Where))]);
    }

    /// <summary>Checks that names stand for something.</summary>
    public static void Check(YamlMap settings, Model model, List<Problem> problems)
    {
        var named = settings.ScalarsOf("marts").ToList();
        string[] known = [.. model.Dimensions.Keys, .. model.Facts.Keys];
        foreach (var wrong in IsAll(named) ? [] : named.Where(n => !known.Contains(n.Text)))
        {
            problems.Add(new(wrong.Where, $"no dimension or fact {Quoted.Text(wrong.Text)}", NearestName.Expected("a dimension, a fact, or all", wrong.Text, [.. known, All]), "correct the name"));
        }
    }

    private static bool IsAll(List<YamlScalar> named) => named is [{ Text: All }];
}
