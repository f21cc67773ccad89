using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Etl.Identity;
using Crm.Analytics.Host.Terminal;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm customer show</c>: a customer's records, why they are one, whose values stand, and how it came to be.</summary>
internal static class CustomerShowCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "The customer's number, or one of its records as SOURCE:ID" };
        return new Command("show", "A customer's records, the evidence of every link, whose values stand, and its history") { id }.Does((context, parsed) =>
        {
            var project = Composition.ReadProject(context.ProjectFolder);
            using var warehouse = Composition.OpenToRead(project, context);
            using var session = warehouse.Instance.Connect();
            var story = new CustomerStory(session, project.Catalogue);
            var customer = story.Tell(story.Find(parsed.GetValue(id)!));
            if (context.Json)
            {
                context.WriteJson(json => Write(json, customer));
            }
            else
            {
                Write(context, customer);
            }

            return 0;
        });
    }

    private static void Write(CommandContext context, Customer customer)
    {
        context.WriteLine($"Customer {customer.Id}: {string.Join(", ", customer.Records.Select(r => $"{r.RecordKey} (since run {Text(r.Since)})"))}");
        context.WriteLine();
        var values = new TextTable(new("Column"), new("Value"), new("Record"), new("Since"), new("From"), new("Stands"));
        foreach (var value in customer.Values)
        {
            values.Add(value.ColumnName, value.Value, value.RecordKey, value.SaidAt?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "", $"{value.Path} record {Text(value.SourceRecord)}", value.Stands ? "yes" : "");
        }

        values.WriteTo(context);
        foreach (var link in customer.Links)
        {
            context.WriteLine();
            var sure = link.Probability is { } p ? string.Create(CultureInfo.InvariantCulture, $", probability {p:0.0000}, weight {link.Weight:0.0} bits") : "";
            context.WriteLine($"{link.LeftKey} and {link.RightKey}: {link.Rule}{sure} (run {Text(link.Run)})");
            foreach (var one in link.Evidence)
            {
                var weight = one.Weight is { } bits ? bits.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture).PadLeft(7) : "       ";
                context.WriteLine($"  {weight}  {(one.Column is null ? one.Level : $"{one.Column}: {one.Level} ({one.Left ?? "missing"} | {one.Right ?? "missing"})")}");
            }
        }

        context.WriteLine();
        foreach (var happened in customer.History)
        {
            context.WriteLine($"run {Text(happened.RunFrom)}{(happened.RunTo is { } to ? $" to {Text(to)}" : "")}: {happened.RecordKey} was customer {happened.CustomerId}");
        }

        foreach (var decision in customer.Decisions)
        {
            context.WriteLine($"{decision.DecidedAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC, {decision.DecidedBy}: {decision.LeftKey} and {decision.RightKey} are {(decision.IsMerge ? "one" : "two")}"
                + $"{(decision.Note is null ? "" : $" ({decision.Note})")}{(decision.RunId is null ? ", not yet followed" : $", run {Text(decision.RunId.Value)}")}");
        }
    }

    private static void Write(Utf8JsonWriter json, Customer customer)
    {
        json.WriteStartObject();
        json.WriteString("customer", customer.Id);
        Each(json, "records", customer.Records, r =>
        {
            json.WriteString("record", r.RecordKey);
            json.WriteNumber("sinceRun", r.Since);
        });
        Each(json, "values", customer.Values, v =>
        {
            json.WriteString("column", v.ColumnName);
            json.WriteString("value", v.Value);
            json.WriteString("record", v.RecordKey);
            json.WriteString("since", v.SaidAt?.ToString("s", CultureInfo.InvariantCulture));
            json.WriteString("file", v.Path);
            json.WriteNumber("fileRecord", v.SourceRecord);
            json.WriteBoolean("stands", v.Stands);
        });
        Each(json, "links", customer.Links, link =>
        {
            json.WriteString("left", link.LeftKey);
            json.WriteString("right", link.RightKey);
            json.WriteString("rule", link.Rule);
            json.WriteNumber("run", link.Run);
            Number(json, "weight", link.Weight);
            Number(json, "probability", link.Probability);
            Each(json, "evidence", link.Evidence, e =>
            {
                json.WriteString("column", e.Column);
                json.WriteString("level", e.Level);
                json.WriteString("left", e.Left);
                json.WriteString("right", e.Right);
                Number(json, "weight", e.Weight);
            });
        });
        Each(json, "history", customer.History, h =>
        {
            json.WriteString("record", h.RecordKey);
            json.WriteString("customer", h.CustomerId);
            json.WriteNumber("fromRun", h.RunFrom);
            Number(json, "toRun", h.RunTo);
        });
        Each(json, "decisions", customer.Decisions, d =>
        {
            json.WriteNumber("decision", d.DecisionId);
            json.WriteString("says", d.IsMerge ? "one" : "two");
            json.WriteString("left", d.LeftKey);
            json.WriteString("right", d.RightKey);
            json.WriteString("at", d.DecidedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteString("by", d.DecidedBy);
            json.WriteString("note", d.Note);
            Number(json, "run", d.RunId);
        });
        json.WriteEndObject();
    }

    private static void Each<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
