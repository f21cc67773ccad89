using System.Globalization;
using System.Text;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;
using Markdig;

namespace Crm.Analytics.Reports.Content;

/// <summary>Plan → content: asks every question of a report. A block whose question fails says so in its place; the others stand.</summary>
public static class ReportFiller
{
    private static readonly MarkdownPipeline Markdown = new MarkdownPipelineBuilder().DisableHtml().Build();

    /// <summary>Answers a report's questions for the project's locale and currency.</summary>
    /// <param name="plan">The report.</param>
    /// <param name="reader">Who answers.</param>
    /// <param name="settings">The project's name, locale and currency.</param>
    /// <param name="options">For whom and for what; null: the report as it is.</param>
    /// <param name="cancellation">Stops between two questions or inside one.</param>
    public static ReportContent Fill(
        ReportPlan plan, ICubeReader reader, ProjectSettings settings, FillOptions? options = null, CancellationToken cancellation = default)
    {
        var wanted = options ?? FillOptions.Default;
        var words = Words.Of(plan.Language);
        var questions = new Questions(reader, wanted, plan, words, cancellation);
        var locale = LocaleOf(plan.Language, settings.Locale);
        var text = new ValueText(locale, settings.Currency, words);
        var rows = plan.Rows.Select(r => (IReadOnlyList<BlockContent>)[.. r.Blocks.Select(b => Block(b, questions, wanted, settings, text))]).ToList();
        var asOf = questions.AsOf ?? AsOf(reader, wanted, cancellation);
        return new ReportContent(plan, settings.Name, locale, settings.Currency, asOf, AsOfText(asOf, text, words), rows)
        {
            Words = words,
            Notice = wanted.Notice,
            Choices = [.. plan.Parameters.Select(p => KeyValuePair.Create(p.Title, string.Join(words.List, questions.ValuesOf(p.Name)))).Where(c => c.Value.Length > 0),
                .. wanted.Chosen.Select(c => KeyValuePair.Create(MemberTitles.Of(c.Member, plan.Language) ?? c.Member, string.Join(words.List, c.Values.DefaultIfEmpty(ValueText.Missing))))],
        };
    }

    /// <summary>Contracts without which nothing of a report can be shown; empty when something can. Nothing is asked for it.</summary>
    public static IReadOnlyList<string> Missing(ReportPlan plan, FillOptions options)
    {
        var figures = plan.Blocks.Where(b => b is not TextPlan).Select(b => Contracts.Missing(b, options)).ToList();
        return figures.Count > 0 && figures.TrueForAll(m => m.Count > 0) ? [.. figures.SelectMany(m => m).Distinct()] : [];
    }

    /// <summary>A report whose blocks all lack their contracts asked nothing; it still says of when the data is.</summary>
    private static DataAsOf AsOf(ICubeReader reader, FillOptions options, CancellationToken cancellation) => options.Filled is null
        ? new DataAsOf(null, null, null)
        : reader.Read(new CubeQuery { Dimensions = ["date.year"], Limit = 1, AsOfRun = options.AsOfRun }, cancellation).AsOf;

    /// <summary>Numbers and dates in the project's own way when it speaks the report's language, else in the language's.</summary>
    private static string LocaleOf(string language, string locale) =>
        language.Split('-')[0].Equals(locale.Split('-')[0], StringComparison.OrdinalIgnoreCase) || !language.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? locale : "zh-CN";

    private static BlockContent Block(BlockPlan block, Questions questions, FillOptions options, ProjectSettings settings, ValueText text)
    {
        var words = questions.Words;
        try
        {
            if (Contracts.Missing(block, options) is { Count: > 0 } missing)
            {
                return new EmptyContent(block.Frame) { Missing = missing };
            }

            var isUntouched = questions.Begin(block);
            BlockContent content = block switch
            {
                TilesPlan tiles => new TilesFiller(questions, text, words).Fill(tiles),
                ChartPlan chart => new ChartFiller(questions, text, words).Fill(chart),
                TablePlan table => new TableFiller(questions, text, words).Fill(table),
                TreemapPlan treemap => new MapFiller(questions, text, words).Fill(treemap),
                HeatmapPlan heatmap => new MapFiller(questions, text, words).Fill(heatmap),
                PivotPlan pivot => new PivotFiller(questions, text).Fill(pivot),
                CohortPlan cohort => new CohortFiller(questions, text).Fill(cohort),
                FunnelPlan funnel => new FunnelFiller(questions, text).Fill(funnel),
                FlowPlan flow => new FlowFiller(questions, text).Fill(flow),
                ParetoPlan pareto => new ParetoFiller(questions, text).Fill(pareto),
                WorldMapPlan map => new WorldMapFiller(questions, text).Fill(map),
                TextPlan prose => Text(prose, questions, text),
                _ => throw new ArgumentOutOfRangeException(nameof(block), block.GetType().Name, "no filler for this block"),
            };
            // One bar of nobody knows what is no picture; what is missing is said instead.
            if (content.IsUnknown && Contracts.Lacking(block, options, isUnknown: true) is { Count: > 0 } lacking)
            {
                return new EmptyContent(block.Frame) { Missing = lacking };
            }

            if (content is EmptyContent empty)
            {
                var isNarrowed = options.Parameters.Count > 0 || (!isUntouched && options.Chosen.Count > 0) || options.RowFilters.Count > 0 || questions.IsParameterIn(block);
                content = new EmptyReason(questions, options, settings).Of(empty, block, isNarrowed);
            }

            return isUntouched ? content with { IsUntouched = true } : content;
        }
        catch (CrmException error)
        {
            return new FailedContent(block.Frame, error.Found, error.Next);
        }
    }

    private static TextContent Text(TextPlan plan, Questions questions, ValueText text)
    {
        var markdown = plan.Markdown;
        if (plan.Query is { } query)
        {
            var answer = questions.Ask(query);
            markdown = InlineFigure.Form().Replace(markdown, match =>
            {
                var column = answer.IndexOf(match.Groups[1].Value);
                return Escape(text.Of(answer.Rows.Count > 0 ? answer.Rows[0].Values[column] : null, answer.Columns[column].Format));
            });
        }

        return new TextContent(plan.Frame, Markdig.Markdown.ToHtml(markdown, Markdown));
    }

    private static string Escape(string value)
    {
        var escaped = new StringBuilder();
        foreach (var c in value)
        {
            escaped.Append(char.IsAscii(c) && char.IsPunctuation(c) ? "\\" : "").Append(c);
        }

        return escaped.ToString();
    }

    /// <summary>Of when data are, in words.</summary>
    internal static string AsOfText(DataAsOf asOf, ValueText text, Words words)
    {
        if (asOf.Run is not { } run)
        {
            return words.NothingLoaded;
        }

        var said = string.Format(CultureInfo.InvariantCulture, words.Run, run);
        return asOf.Newest is { } newest ? string.Format(CultureInfo.InvariantCulture, words.DataAsOf, text.Moment(newest)) + " · " + said : said;
    }
}
