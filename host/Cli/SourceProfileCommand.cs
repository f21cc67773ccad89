using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Etl.Staging;
using Crm.Analytics.Host.Terminal;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm source profile</c>: what every column of a stream holds.</summary>
internal static class SourceProfileCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "The source" };
        var stream = new Argument<string?>("STREAM") { Description = "The stream; default: every one", Arity = ArgumentArity.ZeroOrOne };
        var limit = new Option<long?>("--limit") { Description = "Look at so many records only (default: all)", HelpName = "N" };
        return new Command("profile", "What each column holds: counts, types, patterns, personal data; nothing is stored") { name, stream, limit }
            .Does((context, parsed) => Run(context, parsed.GetValue(name)!, parsed.GetValue(stream), parsed.GetValue(limit)));
    }

    private static int Run(CommandContext context, string name, string? streamName, long? limit)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        var source = SourceAccess.Find(project, name);
        using var access = new SourceAccess(project, context);
        var profiles = new List<(string Stream, long Records, IReadOnlyList<ColumnProfile> Columns)>();
        foreach (var stream in streamName is null ? source.Streams : [SourceAccess.Find(source, streamName)])
        {
            using var sample = access.Sample(source, stream, limit);
            profiles.Add((stream.Name, sample.Records, StreamProfile.Of(access.Session, sample, context.Cancellation)));
        }

        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("streams");
                profiles.ForEach(p => Write(json, p.Stream, p.Records, p.Columns));
                json.WriteEndArray();
                json.WriteEndObject();
            });
        }
        else
        {
            profiles.ForEach(p => Write(context, $"{source.Name}/{p.Stream}", p.Records, p.Columns));
        }

        return 0;
    }

    private static void Write(CommandContext context, string stream, long records, IReadOnlyList<ColumnProfile> columns)
    {
        context.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stream}: {records:N0} records"));
        var table = new TextTable(
            new("Column"), new("Type"), new("Missing", true), new("Empty", true), new("Different ~", true), new("Least"), new("Largest"), new("Most frequent"), new("Forms"), new("Personal"));
        foreach (var c in columns)
        {
            table.Add(
                c.Name, c.Format is null ? $"{c.Type}" : $"{c.Type} {c.Format}", Number(c.Missing), Number(c.Empty), Number(c.Distinct), Short(c.Smallest ?? "–"), Short(c.Largest ?? "–"),
                string.Join(" · ", c.Top.Take(3).Select(t => $"{Short(t.Value)} ({Number(t.Records)})")), string.Join(" · ", c.Patterns.Take(2).Select(Short)), c.Personal ?? "");
        }

        table.WriteTo(context);
    }

    private static void Write(Utf8JsonWriter json, string stream, long records, IReadOnlyList<ColumnProfile> columns)
    {
        json.WriteStartObject();
        json.WriteString("stream", stream);
        json.WriteNumber("records", records);
        json.WriteStartArray("columns");
        foreach (var c in columns)
        {
            json.WriteStartObject();
            json.WriteString("name", c.Name);
            json.WriteString("rawType", c.RawType);
            json.WriteString("type", c.Type.ToString());
            json.WriteString("format", c.Format);
            json.WriteString("alternativeFormat", c.OtherFormat);
            json.WriteBoolean("decimalComma", c.DecimalComma);
            json.WriteNumber("missing", c.Missing);
            json.WriteNumber("empty", c.Empty);
            json.WriteNumber("distinct", c.Distinct);
            json.WriteString("least", c.Smallest);
            json.WriteString("largest", c.Largest);
            json.WriteStartArray("top");
            foreach (var top in c.Top)
            {
                json.WriteStartObject();
                json.WriteString("value", top.Value);
                json.WriteNumber("records", top.Records);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            Write(json, "patterns", c.Patterns);
            json.WriteString("content", c.Content);
            json.WriteString("personal", c.Personal);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Short(string text) => text.Length <= 24 ? text : text[..23] + "…";
}
