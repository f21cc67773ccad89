namespace Crm.Analytics.Reports.Content;

/// <summary>The words that pages say by themselves, whatever the report; one record per language.</summary>
internal sealed record Words
{
    /// <summary>English.</summary>
    public static readonly Words English = new();

    public string DataAsOf { get; init; } = "Data as of {0}";

    public string Run { get; init; } = "run {0}";

    public string Against { get; init; } = "vs {0} ({1})";

    public string Unchanged { get; init; } = "unchanged";

    public string ShareOf { get; init; } = "{0} of {1}";

    public string ShareTitle { get; init; } = "Share of {0}";

    public string Total { get; init; } = "Total";

    public string AllRows { get; init; } = "All";

    public string NotOver { get; init; } = "{0} (so far)";

    public string Dominant { get; init; } = "{0} alone: {1}, {2} of {3}. The chart shows what follows.";

    public string SparklineOf { get; init; } = "{0} from {1} to {2}";

    public string ColouredBy { get; init; } = "Colour: {0}";

    public string DataNewest { get; init; } = "Data as of";

    public string Measures { get; init; } = "Area shows";

    public string TableView { get; init; } = "Table";

    public string ChartView { get; init; } = "Chart";

    public string Theme { get; init; } = "Switch between light and dark";

    public string Empty { get; init; } = "Nothing to show: no data answers this question yet.";

    public string NothingLoaded { get; init; } = "No data loaded yet";

    public string NothingLoadedNext { get; init; } = "Load the sources with crm run, then make this report again. Everything below fills itself.";

    public string Failed { get; init; } = "This part could not be made";

    public string SkipToContent { get; init; } = "Skip to the figures";

    public string Up { get; init; } = "up";

    public string Down { get; init; } = "down";
}
