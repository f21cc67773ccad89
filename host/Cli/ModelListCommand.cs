using System.CommandLine;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Models;
using Crm.Analytics.Models.Kinds;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm model list</c>: the kinds of models, and the options of one.</summary>
internal static class ModelListCommand
{
    public static Command Create()
    {
        var kind = new Argument<string?>("KIND") { Description = "Tell the options of this kind", Arity = ArgumentArity.ZeroOrOne };
        return new Command("list", "List the kinds of models, or the options of one") { kind }.Does((context, parsed) =>
        {
            if (parsed.GetValue(kind) is { } name)
            {
                ListOptions(context, ModelKinds.Find(name));
            }
            else
            {
                ListKinds(context);
            }

            return 0;
        });
    }

    private static void ListKinds(CommandContext context)
    {
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartArray();
                foreach (var kind in ModelKinds.All)
                {
                    json.WriteStartObject();
                    json.WriteString("kind", kind.Name);
                    json.WriteString("title", kind.Title);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return;
        }

        var table = new TextTable(new("Kind"), new("What it tells"));
        foreach (var kind in ModelKinds.All)
        {
            table.Add(kind.Name, kind.Title);
        }

        table.WriteTo(context);
    }

    private static void ListOptions(CommandContext context, IModelKind kind)
    {
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartArray();
                foreach (var option in kind.Options)
                {
                    json.WriteStartObject();
                    json.WriteString("option", $"--{option.Name}");
                    json.WriteString("value", option.Value);
                    json.WriteBoolean("required", option.Required);
                    json.WriteString("default", option.Default);
                    json.WriteString("meaning", option.Meaning);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return;
        }

        context.WriteLine(kind.Title);
        context.WriteLine();
        var table = new TextTable(new("Option"), new("Value"), new("Required"), new("Default"), new("What it means"));
        foreach (var option in kind.Options)
        {
            table.Add($"--{option.Name}", option.Value, option.Required ? "yes" : "", option.Default ?? "", option.Meaning);
        }

        table.WriteTo(context);
    }
}
