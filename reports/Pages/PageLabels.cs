namespace Crm.Analytics.Reports.Pages;

/// <summary>The words that the ways on from a page are called by.</summary>
/// <param name="frame">Of which language.</param>
public sealed class PageLabels(SiteFrame frame)
{
    /// <summary>Everything.</summary>
    public string All => frame.Words.All;

    /// <summary>One level coarser.</summary>
    public string Up => frame.Words.UpALevel;

    /// <summary>The rows behind a figure.</summary>
    public string Rows => frame.Words.Rows;

    /// <summary>One customer.</summary>
    public string Profile => frame.Words.Profile;

    /// <summary>The same question, to be changed by hand.</summary>
    public string Explore => frame.Words.EditInExplore;

    /// <summary>Customers that were found.</summary>
    public string Customers => frame.Words.Customers;

    /// <summary>Reports that were found.</summary>
    public string Reports => frame.Words.Reports;

    /// <summary>Measures that were found.</summary>
    public string Measures => frame.Words.MeasuresFound;

    /// <summary>Dimensions that were found.</summary>
    public string Dimensions => frame.Words.DimensionsFound;

    /// <summary>Title of the rows behind a measure.</summary>
    public string RowsBehind(string measure) => SiteFrame.Say(frame.Words.RowsTitle, measure);

    /// <summary>Where a row comes from.</summary>
    public string Source => frame.Words.FileAndRecord;
}
