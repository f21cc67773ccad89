using System.Text.RegularExpressions;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>A figure inside text: a measure between braces.</summary>
internal static partial class InlineFigure
{
    /// <summary>The form; group 1 is the measure.</summary>
    [GeneratedRegex(@"\{([a-z0-9_]+\.[a-z0-9_]+)\}")]
    public static partial Regex Form();
}
