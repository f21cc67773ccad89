namespace Crm.Analytics.Reports.Content;

/// <summary>The words that pages say by themselves, whatever the report; one record per language.</summary>
internal sealed partial record Words
{
    /// <summary>English.</summary>
    public static readonly Words English = new();

    /// <summary>The words of a language (BCP 47); English for one that has none.</summary>
    public static Words Of(string language) => language.Split('-')[0].Equals("zh", StringComparison.OrdinalIgnoreCase) ? Chinese : English;

    public string DataAsOf { get; init; } = "Data as of {0}";

    public string Run { get; init; } = "run {0}";

    public string Against { get; init; } = "vs {0} ({1})";

    public string Unchanged { get; init; } = "unchanged";

    public string ShareOf { get; init; } = "{0} of {1}";

    public string ShareTitle { get; init; } = "Share of {0}";

    public string AllRows { get; init; } = "All";

    public string TotalOf { get; init; } = "{0}: all";

    public string NotOver { get; init; } = "{0} (so far)";

    public string Dominant { get; init; } = "{0} alone: {1}, {2} of {3}. The chart shows what follows.";

    public string SparklineOf { get; init; } = "{0} from {1} to {2}";

    public string ColouredBy { get; init; } = "Colour: {0}";

    public string DataNewest { get; init; } = "Data as of";

    public string Measures { get; init; } = "Area shows";

    public string TableView { get; init; } = "Table";

    public string Theme { get; init; } = "Switch between light and dark";

    public string Empty { get; init; } = "Nothing to show: no data answers this question yet.";

    public string EmptyFiltered { get; init; } = "Nothing to show for this choice.";

    public string MissingData { get; init; } = "No data for this yet";

    public string MissingContract { get; init; } = "It stands on {0}, which no source of this project fills.";

    public string MissingContractNext { get; init; } = "Add a source that maps {0} (crm source new), load it with crm run, and it fills itself.";

    public string UnsetModel { get; init; } = "Runs make it when crm.yaml, or a file of the folder models, says {0}.";

    public string NoneOfKind { get; init; } = "There are none: the data are there, and nothing in them is of this kind.";

    public string NotFitted { get; init; } = "The data cannot carry the model: {0}.";

    public string And { get; init; } = " and ";

    public string NothingLoaded { get; init; } = "No data loaded yet";

    public string NothingLoadedNext { get; init; } = "Load the sources with crm run, then make this report again. Everything below fills itself.";

    public string Failed { get; init; } = "This part could not be made";

    public string SkipToContent { get; init; } = "Skip to the figures";

    public string Up { get; init; } = "up";

    public string Down { get; init; } = "down";

    public string OfFirst { get; init; } = "Of the first step";

    public string OfPrevious { get; init; } = "Of the step before";

    public string Step { get; init; } = "Step";

    public string CumulativeShare { get; init; } = "Cumulative share";

    public string Rank { get; init; } = "Rank";

    public string ParetoCallout { get; init; } = "{0} of {1} ({2}) make {3} of {4}.";

    public string TopShare { get; init; } = "Top {0}";

    public string Since { get; init; } = "Periods since";

    public string NotOnMap { get; init; } = "Not on the map: {0}.";

    public string CopyTable { get; init; } = "Copy";

    public string SaveTable { get; init; } = "CSV";

    public string Copied { get; init; } = "Copied";

    public string EmptyText { get; init; } = "(empty)";

    public string Yes { get; init; } = "yes";

    public string No { get; init; } = "no";

    public string Points { get; init; } = "\u00a0points";

    public string Year { get; init; } = "yyyy";

    public string Quarter { get; init; } = "Q{0} {1}";

    public string Month { get; init; } = "MMM yyyy";

    public string Day { get; init; } = "d MMM yyyy";

    public string Week { get; init; } = "week of {0}";

    public string Moment { get; init; } = "d MMMM yyyy, HH:mm";

    /// <summary>Large figures in little room: from which size, divided by what, with which mark; the largest first.</summary>
    public IReadOnlyList<(double From, double Unit, string Mark)> Scales { get; init; } = [(1e9, 1e9, "bn"), (1e6, 1e6, "M"), (1e4, 1e3, "k")];

    public string LateLoad { get; init; } = "Today's load has not come yet: these figures are as of {0}.";

    public string FailedLoad { get; init; } = "The last load failed ({1}): these figures are as of {0}.";

    public string Never { get; init; } = "no load at all";

    public string MailBody { get; init; } = "{0}. Data as of {1}.";

    public string List { get; init; } = ", ";
}
