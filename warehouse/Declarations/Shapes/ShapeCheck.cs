using System.Globalization;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Shapes;

/// <summary>Compares YAML with the shape it should have and notes every difference.</summary>
internal sealed class ShapeCheck(List<Problem> problems)
{
    /// <summary>Compares a node with its shape.</summary>
    /// <param name="node">What was written.</param>
    /// <param name="shape">What it should look like.</param>
    /// <param name="subject">What is being read, for errors: <c>'type'</c>, <c>the item</c>.</param>
    public void Check(YamlNode node, Shape shape, string subject)
    {
        switch (shape, node)
        {
            case (EitherShape either, YamlScalar):
                Check(node, either.Short, subject);
                break;
            case (EitherShape { Long: ListShape }, YamlMap) or (EitherShape { Long: MapShape }, YamlList):
                problems.Add(new(node.Where, $"{node.Kind} for {subject}", Expected(shape), "write it in the expected form"));
                break;
            case (EitherShape either, _):
                Check(node, either.Long, subject);
                break;
            case (ScalarShape expected, YamlScalar scalar) when !scalar.IsMissing:
                CheckScalar(scalar, expected, subject);
                break;
            case (ListShape expected, YamlList list):
                CheckList(list, expected, subject);
                break;
            case (MapShape expected, YamlMap map):
                CheckMap(map, expected);
                break;
            case (AnythingShape, _):
                CheckSecrets(node);
                break;
            case (MapShape { MayBeMissing: true }, YamlScalar { IsMissing: true }):
                break;
            default:
                problems.Add(new(node.Where, $"{node.Kind} for {subject}", Expected(shape), node is YamlScalar { IsMissing: true }
                    ? "give it a value, or remove the key" : "write it in the expected form"));
                break;
        }
    }

    private void CheckScalar(YamlScalar scalar, ScalarShape expected, string subject)
    {
        var text = scalar.Text;
        var right = expected.Kind switch
        {
            ScalarKind.Boolean => !scalar.Quoted && text is "true" or "false",
            ScalarKind.Integer => !scalar.Quoted && IsInteger(text, expected.Min, expected.Max),
            _ => (text.Length > 0 || expected.MayBeEmpty) && text.Length <= expected.MaxLength
                && (expected.Choices.Count == 0 || expected.Choices.Contains(text)) && expected.Accepts?.Invoke(text) != false,
        };
        if (!right)
        {
            problems.Add(new(scalar.Where, $"{Quoted.Text(text)} for {subject}", ExpectedInsteadOf(scalar, expected), "correct the value"));
        }
    }

    /// <summary>What JSON Schema calls an integer and C# can hold; one spelling for each number.</summary>
    private static bool IsInteger(string text, int min, int max)
        => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            && text == number.ToString(CultureInfo.InvariantCulture);

    private static string ExpectedInsteadOf(YamlScalar scalar, ScalarShape expected)
    {
        if (expected.Choices.Count > 0)
        {
            return NearestName.Expected(expected.What, scalar.Text, expected.Choices);
        }

        if (expected.Kind != ScalarKind.Text)
        {
            return scalar.Quoted ? $"{expected.What}, without quotes" : expected.What;
        }

        return scalar.Text.Length > expected.MaxLength
            ? expected.MaxLength == 1 ? "a single character" : string.Create(CultureInfo.InvariantCulture, $"{expected.What} of at most {expected.MaxLength} characters")
            : expected.Suggest?.Invoke(scalar.Text) is { } better ? $"{expected.What}; did you mean '{better}'?" : expected.What;
    }

    private void CheckList(YamlList list, ListShape expected, string subject)
    {
        if (list.Items.Count < expected.AtLeast)
        {
            problems.Add(new(list.Where, string.Create(CultureInfo.InvariantCulture, $"a list of {list.Items.Count} for {subject}"),
                string.Create(CultureInfo.InvariantCulture, $"a list of at least {expected.AtLeast}"), "add what is missing, or remove the key"));
        }

        foreach (var item in list.Items)
        {
            Check(item, expected.Item, $"an item of {subject}");
        }
    }

    private void CheckMap(YamlMap map, MapShape expected)
    {
        var free = 0;
        foreach (var (key, value) in map.Entries)
        {
            var secret = expected.HoldsSecrets && Secret.IsName(key.Text);
            if (secret)
            {
                CheckSecret(key, value);
            }

            if (expected.Find(key.Text) is { } known)
            {
                if (!secret)
                {
                    Check(value, known.Value, $"'{key.Text}'");
                }
            }
            else if (expected.Free is { } named)
            {
                free++;
                CheckFree(key, value, named);
            }
            else
            {
                problems.Add(new(key.Where, $"unknown key {Quoted.Text(key.Text)} in {expected.Noun}",
                    NearestName.Expected($"a key of {expected.Noun}", key.Text, [.. expected.Keys.Select(k => k.Name)]),
                    key.Text.Contains(' ') && value is YamlScalar { IsMissing: true }
                        ? "put quotes around the value before it if this belongs to it: a comma ends it" : "correct the key, or remove it"));
            }
        }

        CheckPresence(map, expected, free);
    }

    private void CheckFree(YamlScalar key, YamlNode value, FreeKeys named)
    {
        if (key.Text.Length == 0 || (!named.AnyName && !Identifier.IsValid(key.Text)))
        {
            CheckScalar(key, named.AnyName ? ScalarShape.Text : ScalarShape.Name, $"the name of {named.Noun}");
        }

        Check(value, named.Value, Quoted.Text(key.Text));
    }

    private void CheckPresence(YamlMap map, MapShape expected, int free)
    {
        foreach (var key in expected.Keys)
        {
            if (key.Required && map[key.Name] is null)
            {
                problems.Add(new(map.Where, $"{expected.Noun} without '{key.Name}'", $"the key '{key.Name}': {Expected(key.Value)}", $"add `{key.Name}:`"));
            }
        }

        if (expected.Free is { } named && free < named.AtLeast)
        {
            problems.Add(new(map.Where, $"{expected.Noun} that names nothing", $"at least one key: the name of {named.Noun}", "add one"));
        }
    }

    /// <summary>The value is never repeated: logs and screens are shared too.</summary>
    private void CheckSecret(YamlScalar key, YamlNode value)
    {
        if (value is not YamlScalar scalar || !Secret.IsReference(scalar.Text))
        {
            problems.Add(new(value.Where, $"a secret written out for {Quoted.Text(key.Text)}", "the name of an environment variable, as in ${NAME}",
                "put the value into the environment or a secret file and write its name here; if this file was shared, change the secret"));
        }
    }

    private void CheckSecrets(YamlNode node)
    {
        foreach (var (key, value) in (node as YamlMap)?.Entries ?? [])
        {
            if (Secret.IsName(key.Text))
            {
                CheckSecret(key, value);
            }
            else
            {
                CheckSecrets(value);
            }
        }

        foreach (var item in (node as YamlList)?.Items ?? [])
        {
            CheckSecrets(item);
        }
    }

    private static string Expected(Shape shape) => shape switch
    {
        ScalarShape scalar => scalar.Choices.Count > 0 ? $"{scalar.What}: {string.Join(", ", scalar.Choices)}" : scalar.What,
        ListShape => "a list",
        EitherShape either => $"{Expected(either.Short)}, or {Expected(either.Long)}",
        MapShape map => map.Free is { } free ? $"a mapping: the name of {free.Noun}, then what it is" : $"a mapping: the keys of {map.Noun}",
        _ => "something else",
    };
}
