using System.Text.RegularExpressions;
using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The part of the settings of lifetime value that tells what buying and leaving may depend on.</summary>
internal static class CovariateFormat
{
    private const string Pattern = "^(customers|sales)[.][a-z][a-z0-9_]*$";

    private static readonly ScalarShape column = new(ScalarKind.Text, "a column of customers or sales, as customers.region")
    {
        Pattern = Pattern,
        Accepts = static text => Regex.IsMatch(text, Pattern),
    };

    public static readonly EitherShape Covariates = new(column, new ListShape(column));

    /// <summary>The columns, each once.</summary>
    public static IReadOnlyList<string> Build(YamlMap? settings) => [.. settings?.ScalarsOf("covariates").Select(c => c.Text).Distinct() ?? []];

    /// <summary>Checks that the columns are there.</summary>
    public static void Check(YamlMap settings, Model model, List<Problem> problems)
    {
        if (settings["lifetime_value"] is not YamlMap value || !model.Dimensions.TryGetValue("customer", out var customer) || !model.Facts.TryGetValue("sales", out var sales))
        {
            return;
        }

        string[] known = [.. customer.Value.Attributes.Select(a => $"customers.{a.Column}"), .. sales.Value.Columns.Select(c => $"sales.{c.Name}")];
        foreach (var wrong in value.ScalarsOf("covariates").Where(c => Regex.IsMatch(c.Text, Pattern) && !known.Contains(c.Text)))
        {
            problems.Add(new(wrong.Where, $"no column {Quoted.Text(wrong.Text)}", NearestName.Expected("a column of customers or sales", wrong.Text, known), "correct the name"));
        }
    }
}
