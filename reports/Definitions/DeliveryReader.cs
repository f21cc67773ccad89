using System.Globalization;
using System.Net.Mail;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>Reads the deliveries of a report.</summary>
internal sealed class DeliveryReader(ReportTexts texts, QuestionReader questions, Members members, List<Problem> problems)
{
    private static readonly (string Key, ConditionKind Kind)[] judged =
    [
        ("above", ConditionKind.Above), ("below", ConditionKind.Below), ("rises_by", ConditionKind.RisesBy), ("falls_by", ConditionKind.FallsBy),
        ("unusual", ConditionKind.Unusual),
    ];

    /// <summary>A delivery of a report.</summary>
    public DeliveryPlan Read(ReportPlan report, YamlScalar name, YamlMap map)
    {
        var burst = Burst(report, map["burst"] as YamlMap);
        var email = Email(map["email"] as YamlMap, burst);
        var webhook = map["webhook"] is YamlMap hook ? new WebhookTarget(hook.Text("url") ?? "", hook.Text("secret")) : null;
        if (webhook is not null && !webhook.Url.StartsWith("${", StringComparison.Ordinal)
            && !(Uri.TryCreate(webhook.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
        {
            problems.Add(new(((YamlMap)map["webhook"]!).Where, $"{Quoted.Text(webhook.Url)} for 'url'", "an address that begins with https:// or http://", "correct the address"));
        }

        if (map.Text("folder") is null && email is null && webhook is null)
        {
            problems.Add(new(name.Where, $"delivery '{name.Text}' that goes nowhere", "one or more of folder, email and webhook", "add where it goes"));
        }

        return new DeliveryPlan(
            name.Text, [.. map.ScalarsOf("formats").Select(f => f.Text).DefaultIfEmpty("html")], map.Text("language"), Parameters(report, map),
            map.Text("folder"), email, webhook, burst, Condition(map["only_if"] as YamlMap), Wait(map["wait_for"] as YamlMap), name.Where);
    }

    private Dictionary<string, IReadOnlyList<string>> Parameters(ReportPlan report, YamlMap map)
    {
        var given = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (name, _) in map.MapOf("with"))
        {
            var values = ((YamlMap)map["with"]!).ScalarsOf(name.Text).ToList();
            given[name.Text] = [.. values.Select(v => v.Text)];
            if (report.Parameters.FirstOrDefault(p => p.Name == name.Text) is not { } parameter)
            {
                problems.Add(new(name.Where, $"unknown name {Quoted.Text(name.Text)}",
                    NearestName.Expected("a parameter of the report", name.Text, [.. report.Parameters.Select(p => p.Name)]), "correct the name, or declare the parameter"));
                continue;
            }

            foreach (var wrong in values.Where(v => ParameterReader.Typed(parameter.Type, v.Text) is null))
            {
                problems.Add(new(wrong.Where, $"{Quoted.Text(wrong.Text)} for parameter '{name.Text}'", ParameterReader.Form(parameter.Type), "correct the value"));
            }
        }

        foreach (var missing in report.Parameters.Where(p => p.Required && p.Default.Count == 0 && !given.ContainsKey(p.Name)))
        {
            problems.Add(new(map.Where, $"no value for parameter '{missing.Name}'", "a value in 'with', for the report needs it", "add it"));
        }

        return given;
    }

    /// <summary>A recipient must not be shown what is not theirs, so a block that the filter cannot reach is an error here, not a surprise later.</summary>
    private BurstPlan? Burst(ReportPlan report, YamlMap? map)
    {
        if (map?.Scalar("by") is not { } by)
        {
            return null;
        }

        members.Check([], [by], []);
        foreach (var block in members.IsDimension(by.Text) ? report.Blocks : [])
        {
            foreach (var cube in BlockQuestions.Of(block).Select(BlockQuestions.CubeOf).Distinct().Where(c => !members.Reaches(c, by.Text)))
            {
                problems.Add(new(by.Where, $"block '{block.Frame.Name}' over '{cube}', which '{by.Text}' does not reach",
                    "a dimension by which every block can be restricted to its recipient's rows", "burst by another dimension, or leave the block out of a report of its own"));
            }
        }

        return new BurstPlan(by.Text, [.. map.MapOf("to").Select(r => new BurstRecipient(r.Key.Text, Addresses((YamlMap)map["to"]!, r.Key.Text)))]);
    }

    private EmailTarget? Email(YamlMap? map, BurstPlan? burst)
    {
        if (map is null)
        {
            return null;
        }

        var to = Addresses(map, "to");
        if (to.Count == 0 && burst?.Recipients.Any(r => r.To.Count > 0) != true)
        {
            problems.Add(new(map.Where, "e-mail to nobody", "addresses in 'to', here or in the burst", "add an address"));
        }

        return new EmailTarget(to, Addresses(map, "copy"), texts.Of(map, "subject"), texts.Of(map, "body"));
    }

    private List<string> Addresses(YamlMap map, string key)
    {
        var addresses = map.ScalarsOf(key).ToList();
        foreach (var wrong in addresses.Where(a => !MailAddress.TryCreate(a.Text, out _)))
        {
            problems.Add(new(wrong.Where, $"{Quoted.Text(wrong.Text)} as address", "an e-mail address, as name@example.org", "correct the address"));
        }

        return [.. addresses.Select(a => a.Text)];
    }

    private ConditionPlan? Condition(YamlMap? map)
    {
        if (map?.Scalar("measure") is not { } measure)
        {
            return null;
        }

        var over = map.Scalar("over");
        members.Check([measure], [.. over is null ? [] : new[] { over }, .. QuestionReader.FilteredIn(map)], []);
        var found = judged.Where(j => map.Scalar(j.Key) is not null).ToList();
        if (found.Count != 1)
        {
            problems.Add(new(map.Where, $"a condition with {found.Count} of {string.Join(", ", judged.Select(j => j.Key))}", "one of them", "keep one, and make a delivery of its own of each other"));
            return null;
        }

        var (key, kind) = found[0];
        var written = map.Scalar(key)!;
        if (Number(written.Text) is not { } value || (kind is not (ConditionKind.Above or ConditionKind.Below) && value <= 0))
        {
            problems.Add(new(written.Where, $"{Quoted.Text(written.Text)} for '{key}'",
                kind is ConditionKind.RisesBy or ConditionKind.FallsBy ? "a share above zero, as 10%" : kind == ConditionKind.Unusual ? "a number above zero, as 3.5" : "a number", "correct the value"));
            return null;
        }

        if (over is null && kind is not (ConditionKind.Above or ConditionKind.Below))
        {
            problems.Add(new(written.Where, $"'{key}' without 'over'", "the time dimension of the history, as date.month", "add 'over'"));
        }

        return new ConditionPlan(measure.Text, questions.Filters(map), over?.Text, kind, value, map.Text("again") == "always");
    }

    private WaitPlan? Wait(YamlMap? map)
    {
        if (map is null)
        {
            return null;
        }

        var until = map.Scalar("until");
        var parsed = TimeOnly.TryParseExact(until?.Text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time);
        if (until is not null && !parsed)
        {
            problems.Add(new(until.Where, $"{Quoted.Text(until.Text)} for 'until'", "a time of day, as \"09:30\"", "correct the time"));
        }

        return new WaitPlan(map.Text("load") == "today", parsed ? time : null);
    }

    private static double? Number(string text)
    {
        var isShare = text.EndsWith('%');
        return double.TryParse(isShare ? text[..^1].TrimEnd() : text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? isShare ? number / 100 : number
            : null;
    }
}
