using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Etl.Identity;
using Crm.Analytics.Etl.Identity.Clustering;
using Crm.Analytics.Etl.Identity.Matching;
using Crm.Analytics.Etl.Identity.Normalising;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm identity evaluate</c>: matches files of records and scores the result against a known truth.</summary>
internal static class IdentityEvaluateCommand
{
    public static Command Create()
    {
        var data = new Option<string[]>("--data") { Description = "Files of records (CSV, JSON lines, Parquet), each a source", HelpName = "FILE…", AllowMultipleArgumentsPerToken = true, Required = true };
        var truth = new Option<string?>("--truth") { Description = "What true matches share: a column, or COLUMN=REGEX with a group; never compared by", HelpName = "COL|RULE" };
        var column = new Option<string[]>("--column") { Description = "What a column is, as given_name=first; by default its name and content tell", HelpName = "KIND=COLUMN", AllowMultipleArgumentsPerToken = true };
        var ignore = new Option<string[]>("--ignore") { Description = "Columns not to compare by", HelpName = "COLUMN…", AllowMultipleArgumentsPerToken = true };
        var threshold = new Option<double>("--threshold") { Description = "Probability from which a pair is a link", HelpName = "P", DefaultValueFactory = _ => new MatchOptions().Threshold };
        var country = new Option<string>("--country") { Description = "Calling code of telephone numbers without one, as 49", HelpName = "CODE", DefaultValueFactory = _ => "" };
        var once = new Option<bool?>("--one-per-file") { Description = "Whether each file knows a person once (default: found out)", HelpName = "true|false" };
        return new Command("evaluate", "Match files of records and score the result against a known truth; needs no project") { data, truth, column, ignore, threshold, country, once }
            .Does((context, parsed) => Run(context, new EvaluationRequest(parsed.GetValue(data)!, parsed.GetValue(truth))
            {
                Columns = Kinds(parsed.GetValue(column) ?? []),
                Ignored = parsed.GetValue(ignore) ?? [],
                Match = new MatchOptions { Threshold = Share(parsed.GetValue(threshold)), Country = parsed.GetValue(country)! },
                OneRecordPerSource = parsed.GetValue(once),
            }));
    }

    private static int Run(CommandContext context, EvaluationRequest request)
    {
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = scratch.Connect();
        Action<string> say = context.Json ? context.Error.WriteLine : line => context.WriteLine(line);
        var result = new IdentityEvaluation(session, say).Run(request, context.Cancellation);
        if (context.Json)
        {
            context.WriteJson(json => Write(json, result));
        }
        else
        {
            WriteText(context, result);
        }

        return 0;
    }

    private static void WriteText(CommandContext context, Evaluation result)
    {
        var levels = new TextTable(new("Column"), new("Level"), new("m", true), new("u", true), new("Weight", true));
        foreach (var column in result.Match.Model.Columns)
        {
            for (var level = column.Levels.Count; level >= 1; level--)
            {
                levels.Add(column.Name, column.Levels[level - 1], Figure(column.M[level - 1]), Figure(column.U[level - 1]), column.Weight(level).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture));
            }
        }

        context.WriteLine();
        levels.WriteTo(context);
        context.WriteLine();
        context.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{result.Records:N0} records, {result.Match.Pairs:N0} pairs compared, {result.Match.Links.Count:N0} links, {result.Clusters.Count:N0} clusters of two or more (the largest {result.Clusters.Largest:N0})"));
        foreach (var cut in result.Clusters.Cut.GroupBy(c => c.Reason))
        {
            context.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cut.Count():N0} link(s) cut: {CutLink.Words(cut.Key)}"));
        }

        if (result.Score is { } score)
        {
            context.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"precision {score.Precision:0.0000}, recall {score.Recall:0.0000}, F1 {score.F1:0.0000}  ({score.Both:N0} of {score.True:N0} true pairs found, {score.Compared:N0} of them compared; {score.Found - score.Both:N0} found that are not true)"));
        }
    }

    private static void Write(Utf8JsonWriter json, Evaluation result)
    {
        json.WriteStartObject();
        json.WriteNumber("records", result.Records);
        json.WriteNumber("pairsCompared", result.Match.Pairs);
        json.WriteNumber("links", result.Match.Links.Count);
        json.WriteNumber("clusters", result.Clusters.Count);
        json.WriteNumber("largestCluster", result.Clusters.Largest);
        if (result.Score is { } score)
        {
            json.WriteNumber("precision", score.Precision);
            json.WriteNumber("recall", score.Recall);
            json.WriteNumber("f1", score.F1);
            json.WriteNumber("truePairs", score.True);
            json.WriteNumber("truePairsCompared", score.Compared);
            json.WriteNumber("truePairsFound", score.Both);
            json.WriteNumber("pairsFound", score.Found);
        }

        json.WriteBoolean("oneRecordPerFile", result.OneRecordPerSource);
        json.WriteNumber("lambda", result.Match.Model.Lambda);
        json.WriteNumber("lambdaHousehold", result.Match.Model.HouseholdLambda);
        json.WriteNumber("lambdaNeighbours", result.Match.Model.NeighbourLambda);
        WriteRules(json, result.Match.Rules);
        WriteColumns(json, result.Match.Model);
        json.WriteStartArray("linksCut");
        foreach (var cut in result.Clusters.Cut.GroupBy(c => c.Reason))
        {
            json.WriteStartObject();
            json.WriteString("reason", CutLink.Words(cut.Key));
            json.WriteNumber("links", cut.Count());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRules(Utf8JsonWriter json, IReadOnlyList<BlockingRule> rules)
    {
        json.WriteStartArray("blockingRules");
        foreach (var rule in rules)
        {
            json.WriteStartObject();
            json.WriteString("rule", rule.Name);
            json.WriteNumber("pairs", rule.Pairs);
            json.WriteNumber("droppedValues", rule.DroppedValues);
            json.WriteNumber("droppedRecords", rule.DroppedRecords);
            json.WriteString("droppedExample", rule.Example);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteColumns(Utf8JsonWriter json, MatchModel model)
    {
        json.WriteStartArray("columns");
        foreach (var column in model.Columns)
        {
            json.WriteStartObject();
            json.WriteString("column", column.Name);
            json.WriteString("kind", Snake(column.Kind));
            json.WriteStartArray("levels");
            for (var level = column.Levels.Count; level >= 1; level--)
            {
                json.WriteStartObject();
                json.WriteString("level", column.Levels[level - 1]);
                json.WriteNumber("m", column.M[level - 1]);
                json.WriteNumber("u", column.U[level - 1]);
                json.WriteNumber("household", column.Household[level - 1]);
                json.WriteNumber("neighbours", column.Neighbours[level - 1]);
                json.WriteNumber("weight", column.Weight(level));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static Dictionary<string, MatchKind> Kinds(IReadOnlyList<string> given)
    {
        var known = Enum.GetValues<MatchKind>().ToDictionary(Snake);
        var kinds = new Dictionary<string, MatchKind>();
        foreach (var text in given)
        {
            var (kind, column) = text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? (text[..at], text[(at + 1)..]) : (text, "");
            if (column.Length == 0 || !known.TryGetValue(kind, out var found))
            {
                throw new CrmException(FailureKind.WrongUse, $"'{text}'", "--column", NearestName.Expected("KIND=COLUMN, with one of the kinds", kind, [.. known.Keys]), "Correct it");
            }

            kinds[column] = found;
        }

        return kinds;
    }

    private static double Share(double value) => value is > 0 and < 1
        ? value
        : throw new CrmException(FailureKind.WrongUse, value.ToString(CultureInfo.InvariantCulture), "--threshold", "a probability between 0 and 1", "Correct it");

    private static string Snake(MatchKind kind) => string.Concat(kind.ToString().Select((c, i) => char.IsUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString()));

    private static string Figure(double value) => value < 0.001 ? value.ToString("0.0E+0", CultureInfo.InvariantCulture) : value.ToString("0.000", CultureInfo.InvariantCulture);
}
