namespace Crm.Analytics.Reports.Pages;

/// <summary>The words of a server's pages, beside those of the reports; one record per language.</summary>
internal sealed partial record PageWords
{
    /// <summary>English.</summary>
    public static readonly PageWords English = new();

    /// <summary>The words of a language (BCP 47); English for one that has none.</summary>
    public static PageWords Of(string language) => language.Split('-')[0].Equals("zh", StringComparison.OrdinalIgnoreCase) ? Chinese : English;

    public string Reports { get; init; } = "Reports";

    public string Explore { get; init; } = "Explore";

    public string Status { get; init; } = "Status";

    public string Jobs { get; init; } = "Jobs";

    public string Search { get; init; } = "Search";

    public string SearchHint { get; init; } = "Customers, reports, measures";

    public string Language { get; init; } = "Language";

    public string Navigation { get; init; } = "Main";

    public string SignOut { get; init; } = "Sign out";

    public string SignedIn { get; init; } = "Signed in as {0}";

    public string Theme { get; init; } = "Switch between light and dark";

    public string Skip { get; init; } = "Skip to the figures";

    public string StaleAge { get; init; } = "The newest load is {0} old. These figures may be out of date.";

    public string Days { get; init; } = "{0} days";

    public string Hours { get; init; } = "{0} hours";

    public string Fresh { get; init; } = "Up to date";

    public string Old { get; init; } = "Stale";

    public string Library { get; init; } = "Standard reports";

    public string Own { get; init; } = "Your reports";

    public string NeedsData { get; init; } = "Needs {0}";

    public string NeedsChoice { get; init; } = "Asks for {0}";

    public string Broken { get; init; } = "Cannot be read: {0}";

    public string HomeLead { get; init; } = "Every figure leads on: click it.";

    public string AtAGlance { get; init; } = "At a glance";

    public string OpenReport { get; init; } = "Open the whole report";

    public string WrittenFiles { get; init; } = "Files written before";

    public string NoReports { get; init; } = "There is no report you may see. Ask the administrator.";

    public string Apply { get; init; } = "Show";

    public string Reset { get; init; } = "Reset";

    public string AnyValue { get; init; } = "All";

    public string ChosenCount { get; init; } = "{0} chosen";

    public string Yes { get; init; } = "Yes";

    public string No { get; init; } = "No";

    public string Choose { get; init; } = "Choose";

    public string ChooseFirst { get; init; } = "Choose {0} to see this report.";

    public string Parameters { get; init; } = "Choices";

    public string Download { get; init; } = "Download";

    public string ClickDoes { get; init; } = "A click";

    public string ClickDrills { get; init; } = "goes deeper";

    public string ClickFilters { get; init; } = "filters this page";

    public string Filtered { get; init; } = "Filtered by";

    public string RemoveFilter { get; init; } = "Remove the filter {0}";

    public string Untouched { get; init; } = "Not narrowed by the filter";

    public string ClearAll { get; init; } = "Clear all";

    public string Breadcrumb { get; init; } = "Where you are";

    public string All { get; init; } = "All";

    public string UpALevel { get; init; } = "Up a level";

    public string ByOther { get; init; } = "By another dimension";

    public string Go { get; init; } = "Go";

    public string Rows { get; init; } = "Rows behind it";

    public string Back { get; init; } = "Back to the report";

    public string Profile { get; init; } = "This customer";

    public string EditInExplore { get; init; } = "Open in Explore";

    public string MeasuresBy { get; init; } = "{0} by {1}";

    public string RowsShown { get; init; } = "At most {0} rows are shown here; csv and xlsx hold all.";

    public string RowsTitle { get; init; } = "The rows behind {0}";

    public string RowsAll { get; init; } = "Rows: {0}, which is all.";

    public string RowsLeft { get; init; } = "Rows shown: {0}; {1} more are in the csv.";

    public string RowsCsv { get; init; } = "All rows as csv";

    public string RowsLead { get; init; } = "Each row with the file and the record of the source it came from.";

    public string NoRows { get; init; } = "No row is behind this figure.";

    public string FileAndRecord { get; init; } = "Source";

    public string Cube { get; init; } = "Subject";

    public string Measures { get; init; } = "Measures";

    public string Dimensions { get; init; } = "By";

    public string Then { get; init; } = "then by";

    public string Across { get; init; } = "Across (pivot)";

    public string OpenRow { get; init; } = "Show what lies below {0}";

    public string CloseRow { get; init; } = "Hide what lies below {0}";

    public string Nothing { get; init; } = "–";

    public string Chart { get; init; } = "Picture";

    public string Suitable { get; init; } = "What suits";

    public string Filters { get; init; } = "Filters";

    public string Member { get; init; } = "Member";

    public string Comparison { get; init; } = "Comparison";

    public string Values { get; init; } = "Values, separated by |";

    public string AddFilter { get; init; } = "Add a filter";

    public string AsTheyAre { get; init; } = "Attributes as they are now";

    public string MostRows { get; init; } = "Most rows";

    public string ExploreLead { get; init; } = "Choose a subject, measures and dimensions. The address of the page is the question: share it.";

    public string ChooseMeasures { get; init; } = "Choose at least one measure, then Show.";

    public string ChangeSubject { get; init; } = "Change";

    public string Save { get; init; } = "Save as report";

    public string ReportName { get; init; } = "Name";

    public string NameHint { get; init; } = "lower-case letters, digits and _";

    public string Saved { get; init; } = "Saved";

    public string Found { get; init; } = "Results for “{0}”";

    public string FoundNothing { get; init; } = "Nothing was found for “{0}”.";

    public string FoundHint { get; init; } = "Try a part of a name, a customer number, or a word of a report.";

    public string Customers { get; init; } = "Customers";

    public string MeasuresFound { get; init; } = "Measures";

    public string MoreCustomers { get; init; } = "More match; write more of the name.";

    public string DimensionsFound { get; init; } = "Dimensions";

    public string Wait { get; init; } = "One moment";

    public string WaitLead { get; init; } = "The figures are being worked out.";

    public string Answered { get; init; } = "{0} questions answered so far";

    public string WentWrong { get; init; } = "This cannot be shown";

    public string NotFound { get; init; } = "There is no such page";

    public string NotAllowed { get; init; } = "This is not open to you";

    public string FoundFact { get; init; } = "What was found";

    public string WhereFact { get; init; } = "Where";

    public string ExpectedFact { get; init; } = "What was expected";

    public string NextFact { get; init; } = "What to do";

    public string Home { get; init; } = "Go to the reports";

    public string Copy { get; init; } = "Copy";

    public string Copied { get; init; } = "Copied";

    public string List { get; init; } = ", ";

    /// <summary>Names of the pictures.</summary>
    public IReadOnlyDictionary<string, string> Kinds { get; init; } = new Dictionary<string, string>
    {
        ["column"] = "Columns",
        ["bar"] = "Bars",
        ["line"] = "Lines",
        ["area"] = "Areas",
        ["stacked"] = "Stacked columns",
        ["treemap"] = "Treemap",
        ["heatmap"] = "Heatmap",
        ["pareto"] = "Pareto curve",
        ["map"] = "Map of countries",
        ["table"] = "Table only",
    };

    /// <summary>Names of the comparisons that people choose.</summary>
    public IReadOnlyDictionary<string, string> Comparisons { get; init; } = new Dictionary<string, string>
    {
        ["equals"] = "is",
        ["notEquals"] = "is not",
        ["contains"] = "contains",
        ["notContains"] = "does not contain",
        ["startsWith"] = "begins with",
        ["endsWith"] = "ends with",
        ["gt"] = "greater than",
        ["gte"] = "at least",
        ["lt"] = "less than",
        ["lte"] = "at most",
        ["set"] = "is there",
        ["notSet"] = "is missing",
        ["inDateRange"] = "between",
        ["beforeDate"] = "before",
        ["afterDate"] = "after",
    };
}
