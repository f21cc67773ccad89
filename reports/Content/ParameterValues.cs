using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Query;
using NearestName = Crm.Analytics.Warehouse.NearestName;

namespace Crm.Analytics.Reports.Content;

/// <summary>Values given for the parameters of a report, checked before anything is asked with them.</summary>
public static class ParameterValues
{
    /// <summary>Choices beyond which a list of them helps nobody.</summary>
    private const int MostChoices = 1000;

    /// <summary>Checks values; answers them.</summary>
    /// <exception cref="CrmException">One is not known, not of its type, or not among the choices.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Check(
        ReportPlan plan, IReadOnlyDictionary<string, IReadOnlyList<string>> given, ICubeReader reader, CancellationToken cancellation = default)
    {
        foreach (var (name, values) in given)
        {
            var parameter = plan.Parameters.FirstOrDefault(p => p.Name == name) ?? throw Wrong(
                $"no parameter '{name}'", NearestName.Expected($"a parameter of '{plan.Name}'", name, [.. plan.Parameters.Select(p => p.Name)]), "List them with `crm report choices`");
            if (values.Count > 1 && !parameter.Several)
            {
                throw Wrong($"{values.Count} values for '{name}'", "one value", "Give one");
            }

            foreach (var value in values)
            {
                if (ParameterReader.Typed(parameter.Type, value) is null)
                {
                    throw Wrong($"'{value}' for '{name}'", ParameterReader.Form(parameter.Type), "Correct the value");
                }

                if (parameter.Values.Count > 0 && !parameter.Values.Contains(value))
                {
                    throw Wrong($"'{value}' for '{name}'", NearestName.Expected("one of the values", value, [.. parameter.Values]), "List them with `crm report choices`");
                }

                if (parameter.Choices is { } member && !Holds(member, value, reader, cancellation))
                {
                    throw Wrong($"'{value}' for '{name}'", NearestName.Expected($"a member of {member} in the data", value, [.. Choices(parameter, reader, cancellation)]), "List them with `crm report choices`");
                }
            }
        }

        if (plan.Parameters.FirstOrDefault(p => p.Required && p.Default.Count == 0 && !given.ContainsKey(p.Name)) is { } missing)
        {
            throw Wrong($"no value for '{missing.Name}'", $"a value, for '{plan.Name}' needs it", $"Give it with --set {missing.Name}=VALUE");
        }

        return given;
    }

    /// <summary>What may be chosen for a parameter: its values, or the members in the data; empty when any value of its type may be.</summary>
    public static IReadOnlyList<string> Choices(ParameterPlan parameter, ICubeReader reader, CancellationToken cancellation = default) => parameter.Choices is not { } member ? parameter.Values
        : [.. reader.Read(new CubeQuery { Dimensions = [member], Filters = [new MemberFilter(member, FilterOperator.Set, [])], Limit = MostChoices }, cancellation).Rows.Select(r => Text(r.Values[0]))];

    private static bool Holds(string member, string value, ICubeReader reader, CancellationToken cancellation) => reader.Read(
        new CubeQuery { Dimensions = [member], Filters = [new MemberFilter(member, FilterOperator.Equals, [value])], Limit = 1 }, cancellation).Rows.Count > 0;

    private static string Text(object? value) => value is DateOnly day ? day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)
        : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "";

    private static CrmException Wrong(string found, string expected, string next) => new(FailureKind.WrongUse, found, "crm report run", expected, next);
}
