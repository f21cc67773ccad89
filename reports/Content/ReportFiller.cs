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
    public static ReportContent Fill(ReportPlan plan, ICubeReader reader, ProjectSettings settings, CancellationToken cancellation = default)
    {
        var questions = new Questions(reader, cancellation);
        var text = new ValueText(settings.Locale, settings.Currency);
        var words = Words.English;
        var rows = plan.Rows.Select(r => (IReadOnlyList<BlockContent>)[.. r.Blocks.Select(b => Block(b, questions, text, words))]).ToList();
        var asOf = questions.AsOf ?? new DataAsOf(null, null, null);
        return new ReportContent(plan, settings.Name, settings.Locale, settings.Currency, asOf, AsOfText(asOf, text, words), rows);
    }

    private static BlockContent Block(BlockPlan block, Questions questions, ValueText text, Words words)
    {
        try
        {
            return block switch
            {
                TilesPlan tiles => new TilesFiller(questions, text, words).Fill(tiles),
                ChartPlan chart => new ChartFiller(questions, text, words).Fill(chart),
                TablePlan table => new TableFiller(questions, text, words).Fill(table),
                TreemapPlan treemap => new MapFiller(questions, text, words).Fill(treemap),
                HeatmapPlan heatmap => new MapFiller(questions, text, words).Fill(heatmap),
                TextPlan prose => Text(prose, questions, text),
                _ => throw new ArgumentOutOfRangeException(nameof(block), block.GetType().Name, "no filler for this block"),
            };
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

    private static string AsOfText(DataAsOf asOf, ValueText text, Words words)
    {
        if (asOf.Run is not { } run)
        {
            return words.NothingLoaded;
        }

        var said = string.Format(CultureInfo.InvariantCulture, words.Run, run);
        return asOf.Newest is { } newest ? string.Format(CultureInfo.InvariantCulture, words.DataAsOf, text.Moment(newest)) + " · " + said : said;
    }
}
