using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm source test</c>: whether every stream of a source can be reached, and what is found there.</summary>
internal static class SourceTestCommand
{
    private const long Sampled = 100;

    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "The source" };
        return new Command("test", "Reach every stream of a source and say what is found; nothing is stored") { name }
            .Does((context, parsed) => Run(context, parsed.GetValue(name)!));
    }

    private static int Run(CommandContext context, string name)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        var source = SourceAccess.Find(project, name);
        using var access = new SourceAccess(project, context);
        var tests = source.Streams.Select(s => Test(access, source, s)).ToList();
        if (context.Json)
        {
            WriteJson(context, tests);
        }
        else
        {
            tests.ForEach(t => Write(context, source, t));
        }

        return tests.TrueForAll(t => t.Error is null) ? 0 : (int)tests.Select(t => t.Error).OfType<CrmException>().First().Kind;
    }

    private static StreamTest Test(SourceAccess access, Source source, SourceStream stream)
    {
        try
        {
            using var sample = access.Sample(source, stream, Sampled);
            return new(stream, sample.Items, sample.Bytes, sample.Columns, sample.Records, sample.Rejects.Count, null);
        }
        catch (CrmException e)
        {
            return new(stream, 0, 0, [], 0, 0, e);
        }
    }

    private static void Write(CommandContext context, Source source, StreamTest test)
    {
        if (test.Error is { } error)
        {
            context.Error.WriteLine($"{source.Name}/{test.Stream.Name}: {error.Found}");
            context.Error.WriteLine($"  where     {error.Where}");
            context.Error.WriteLine($"  expected  {error.Expected}");
            context.Error.WriteLine($"  next      {error.Next}");
            return;
        }

        context.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{source.Name}/{test.Stream.Name}: {test.Items:N0} {(test.Items == 1 ? "item" : "items")}{(test.Bytes == 0 ? "" : $", {test.Bytes:N0} bytes")}; read {test.Records:N0} records{(test.Rejected == 0 ? "" : $", {test.Rejected:N0} unreadable")}"));
        context.WriteLine($"  columns   {string.Join(", ", test.Columns.Select(c => c.Type == "VARCHAR" ? c.Name : $"{c.Name} {c.Type.ToLowerInvariant()}"))}");
    }

    private static void WriteJson(CommandContext context, IReadOnlyList<StreamTest> tests) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", tests.All(t => t.Error is null));
        json.WriteStartArray("streams");
        foreach (var test in tests)
        {
            json.WriteStartObject();
            json.WriteString("stream", test.Stream.Name);
            if (test.Error is { } error)
            {
                json.WriteStartObject("error");
                json.WriteString("found", error.Found);
                json.WriteString("where", error.Where);
                json.WriteString("expected", error.Expected);
                json.WriteString("next", error.Next);
                json.WriteEndObject();
            }
            else
            {
                json.WriteNumber("items", test.Items);
                json.WriteNumber("bytes", test.Bytes);
                json.WriteNumber("recordsRead", test.Records);
                json.WriteNumber("unreadable", test.Rejected);
                json.WriteStartObject("columns");
                foreach (var column in test.Columns)
                {
                    json.WriteString(column.Name, column.Type);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private sealed record StreamTest(
        SourceStream Stream, int Items, long Bytes, IReadOnlyList<LandedColumn> Columns, long Records, int Rejected, CrmException? Error);
}
