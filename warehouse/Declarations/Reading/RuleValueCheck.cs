using System.Globalization;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>Checks the values of a quality rule against the types of the columns they are about.</summary>
internal static class RuleValueCheck
{
    public static void Check(YamlMap rule, string kind, Contract contract, References references)
    {
        if (rule[kind] is not YamlMap of || of.Scalar("column") is not { } at || contract.Columns.FirstOrDefault(c => c.Name == at.Text) is not { } column)
        {
            return;
        }

        switch (kind)
        {
            case "range":
                CheckRange(of, at, column.Type, references);
                break;
            case "pattern" when column.Type.Kind != TypeKind.Text:
                references.Add(at.Where, $"a pattern for column '{at.Text}' of type {column.Type}", "a column of type text", "use a range or a list of accepted values");
                break;
            case "accepted":
                foreach (var value in of.ScalarsOf("values").Where(v => !Fits(v.Text, column.Type)))
                {
                    references.Add(value.Where, $"value {Quoted.Text(value.Text)} for column '{at.Text}'", $"a value of type {column.Type}", "correct the value");
                }

                break;
            case "freshness":
                references.CheckMoment(at, column.Type);
                break;
            case "reference":
                CheckReference(of, column, references);
                break;
        }
    }

    private static void CheckRange(YamlMap of, YamlScalar at, ColumnType type, References references)
    {
        if (type.Kind is TypeKind.Text or TypeKind.Boolean)
        {
            references.Add(at.Where, $"a range for column '{at.Text}' of type {type}", "a column of numbers, days or moments", "use a pattern or a list of accepted values");
            return;
        }

        var (min, max) = (of.Scalar("min"), of.Scalar("max"));
        if (min is null && max is null)
        {
            references.Add(of.Where, "a range without 'min' and 'max'", "at least one of them", "add `min:` or `max:`");
        }

        var wrong = new[] { min, max }.OfType<YamlScalar>().Where(b => Value(b.Text, type) is null).ToList();
        wrong.ForEach(b => references.Add(b.Where, $"bound {Quoted.Text(b.Text)} for column '{at.Text}'", $"a value of type {type}", "correct the bound"));
        if (wrong.Count == 0 && min is not null && max is not null && Value(min.Text, type) > Value(max.Text, type))
        {
            references.Add(min.Where, $"min {min.Text} above max {max.Text}", "a least value that is not above the largest", "exchange the two");
        }
    }

    /// <summary>Only what the warehouse keeps can be referred to: attributes of a dimension, and contract columns that one is made of.</summary>
    private static void CheckReference(YamlMap of, ContractColumn column, References references)
    {
        if (of.Scalar("in") is not { } at)
        {
            return;
        }

        var (name, member) = RuleFormat.Split(at.Text);
        var dimensions = references.Model.Dimensions.Values.Select(d => d.Value).Where(d => !d.IsDate).ToList();
        var dimension = dimensions.Find(d => d.Name == name) ?? dimensions.Find(d => d.From == name);
        if (dimension is null)
        {
            references.Unknown(at.Where, name, "a dimension, or a contract that one is made of", [.. dimensions.Select(d => d.Name)]);
            return;
        }

        var attribute = dimension.Find(member);
        if (attribute is null)
        {
            references.Unknown(at.At(Math.Min(name.Length + 1, at.Text.Length)), member.Length == 0 ? at.Text : member, $"an attribute of dimension '{dimension.Name}', as {dimension.Name}.{dimension.Key}",
                [.. dimension.Attributes.Select(a => a.Column)]);
        }
        else if (attribute.Type.Kind != column.Type.Kind)
        {
            references.Add(at.Where, $"'{at.Text}' of type {attribute.Type} for column '{column.Name}' of type {column.Type}", "two columns of one type", "refer to another attribute");
        }
    }

    private static bool Fits(string text, ColumnType type) => type.Kind switch
    {
        TypeKind.Text => true,
        TypeKind.Boolean => text is "true" or "false",
        _ => Value(text, type) is not null,
    };

    /// <summary>Where a value stands among those of its type; null when it is none.</summary>
    private static decimal? Value(string text, ColumnType type)
    {
        if (type.Kind is TypeKind.Date or TypeKind.Timestamp)
        {
            string[] forms = type.Kind == TypeKind.Date ? ["yyyy-MM-dd"] : ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss"];
            return DateTime.TryParseExact(text, forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment) ? moment.Ticks : null;
        }

        const NumberStyles number = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        return decimal.TryParse(text, type.Kind == TypeKind.Integer ? NumberStyles.AllowLeadingSign : number, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
