using System.CommandLine;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Models;
using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm model fit</c>: fits a kind of model to a file, without a project.</summary>
internal static class ModelFitCommand
{
    private const string Table = "model_data";

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "What to fit: a kind of model (`crm model list` tells them)" };
        var data = new Option<string?>("--data") { Description = "The file with the data: CSV, text with or without a header, JSON, Parquet, a workbook", HelpName = "FILE" };
        var command = new Command("fit", "Fit a model to a file and tell its parameters, likelihood and errors; needs no project") { model, data };
        var options = ModelKinds.All.SelectMany(k => k.Options).DistinctBy(o => o.Name).ToDictionary(o => o.Name, Option);
        foreach (var option in options.Values)
        {
            command.Add(option);
        }

        return command.Does((context, parsed) => Run(
            context, ModelKinds.Find(parsed.GetValue(model)!), parsed.GetValue(data),
            options.Where(o => parsed.GetResult(o.Value) is { Implicit: false }).ToDictionary(o => o.Key, o => Value(parsed, o.Value))));
    }

    private static int Run(CommandContext context, IModelKind kind, string? data, IReadOnlyDictionary<string, string> given)
    {
        var names = kind.Options.Select(o => o.Name).ToList();
        if (given.Keys.FirstOrDefault(g => !names.Contains(g)) is { } unknown)
        {
            throw new CrmException(FailureKind.WrongUse, $"--{unknown}", $"crm model fit {kind.Name}", NearestName.Expected("an option of this kind", unknown, names), "Leave it out");
        }

        if (kind.Options.FirstOrDefault(o => o is { Required: true, Default: null } && !given.ContainsKey(o.Name)) is { } missing)
        {
            throw new CrmException(FailureKind.WrongUse, $"no --{missing.Name}", $"crm model fit {kind.Name}", $"--{missing.Name} {missing.Value}: {missing.Meaning}", "Add it");
        }

        var file = data ?? throw new CrmException(FailureKind.WrongUse, "no --data", $"crm model fit {kind.Name}", "--data FILE: the file with the data", "Add it");
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = scratch.Connect();
        var table = FileTable.Load(session, file, Table, context.Cancellation);
        var result = kind.Fit(new KindInput(session, Table, table.Columns, file, kind, given) { Cancellation = context.Cancellation });
        result = result with
        {
            Conventions = [new("file", table.Layout), .. result.Conventions],
            Warnings = table.Rejected > 0 ? [.. result.Warnings, $"{table.Rejected} lines could not be read and are left out"] : result.Warnings,
        };
        FitResultText.WriteEither(context, result);
        return 0;
    }

    private static Option Option(KindOption option) => option.IsFlag
        ? new Option<bool>($"--{option.Name}") { Description = option.Meaning }
        : new Option<string?>($"--{option.Name}") { Description = option.Default is { } value ? $"{option.Meaning} (default: {value})" : option.Meaning, HelpName = option.Value };

    private static string Value(ParseResult parsed, Option option) => option is Option<bool> flag ? parsed.GetValue(flag) ? "true" : "false" : parsed.GetValue((Option<string?>)option) ?? "";
}
