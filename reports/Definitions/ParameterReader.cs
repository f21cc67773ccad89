using System.Globalization;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>Reads the parameters of a report.</summary>
internal sealed class ParameterReader(ReportTexts texts, Members members, List<Problem> problems)
{
    /// <summary>All parameters, in the order they are written.</summary>
    public IEnumerable<ParameterPlan> Read(YamlMap report)
    {
        foreach (var (name, value) in report.MapOf("parameters"))
        {
            if (value is YamlMap map)
            {
                yield return Parameter(name.Text, map);
            }
        }
    }

    /// <summary>The value as its type is written; null when it is none.</summary>
    public static string? Typed(ParameterType type, string value) => type switch
    {
        ParameterType.Number => decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number.ToString(CultureInfo.InvariantCulture) : null,
        ParameterType.Date => DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? value : null,
        ParameterType.Boolean => value is "true" or "false" ? value : null,
        _ => value,
    };

    /// <summary>What a type's values look like, for errors.</summary>
    public static string Form(ParameterType type) => type switch
    {
        ParameterType.Number => "a number, as 12.5",
        ParameterType.Date => "a day, as 2011-12-09",
        ParameterType.Boolean => "true or false",
        _ => "a text",
    };

    private ParameterPlan Parameter(string name, YamlMap map)
    {
        var type = map.Text("type") switch { "number" => ParameterType.Number, "date" => ParameterType.Date, "boolean" => ParameterType.Boolean, _ => ParameterType.Text };
        var choices = map.Scalar("choices");
        if (choices is not null)
        {
            members.Check([], [choices], []);
        }

        var most = map.Scalar("most");
        if (most is not null)
        {
            members.Check([most], [], []);
        }

        if (most is not null && (choices is null || map["default"] is not null))
        {
            problems.Add(new(most.Where, choices is null ? "'most' without 'choices'" : "'most' beside 'default'", "'choices', and no default of its own", "correct the parameter"));
        }

        var (values, defaults) = (map.ScalarsOf("values").ToList(), map.ScalarsOf("default").ToList());
        if (choices is not null && values.Count > 0)
        {
            problems.Add(new(choices.Where, "a parameter with both 'choices' and 'values'", "one of them", "remove one of the two"));
        }

        foreach (var wrong in values.Concat(defaults).Where(v => Typed(type, v.Text) is null))
        {
            problems.Add(new(wrong.Where, $"{Quoted.Text(wrong.Text)} for parameter '{name}'", Form(type), "correct the value, or the type"));
        }

        foreach (var wrong in defaults.Where(d => values.Count > 0 && values.All(v => v.Text != d.Text)))
        {
            problems.Add(new(wrong.Where, $"{Quoted.Text(wrong.Text)} as default", NearestName.Expected("one of 'values'", wrong.Text, [.. values.Select(v => v.Text)]), "correct the value"));
        }

        var several = map.Text("several") == "true";
        if (defaults.Count > 1 && !several)
        {
            problems.Add(new(defaults[1].Where, $"{defaults.Count} values as default", "one value, or 'several: true'", "correct the parameter"));
        }

        return new ParameterPlan(
            name, texts.Of(map, "title") ?? name, type, choices?.Text, [.. values.Select(v => v.Text)], [.. defaults.Select(v => v.Text)], several, map.Text("required") == "true")
        {
            Most = most?.Text,
        };
    }
}
