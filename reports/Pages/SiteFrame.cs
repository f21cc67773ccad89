using System.Globalization;

namespace Crm.Analytics.Reports.Pages;

/// <summary>What stands around every page of a server: whose it is, for whom, in which language, under which path.</summary>
/// <param name="Project">Name of the project.</param>
/// <param name="Root">The path that the server is shown under, without a slash at its end; empty for none.</param>
/// <param name="Path">The page's own path and question, without <paramref name="Root"/>.</param>
/// <param name="Language">Language of the page.</param>
/// <param name="Assets">Path of the version of styles and scripts.</param>
public sealed record SiteFrame(string Project, string Root, string Path, string Language, string Assets)
{
    /// <summary>The parameter that names a language; a parameter of a report cannot be called so.</summary>
    public const string LanguageKey = "_lang";

    /// <summary>The languages there are: tag and own name. A language is added here, in <see cref="PageWords"/>, in the reports' texts and in the members' titles.</summary>
    public static IReadOnlyList<(string Tag, string Name)> Languages { get; } = [("en", "English"), ("zh", "简体中文")];

    /// <summary>BCP 47 tag of numbers and dates.</summary>
    public string Locale { get; init; } = "en-GB";

    /// <summary>ISO 4217 code of money.</summary>
    public string Currency { get; init; } = "EUR";

    /// <summary>Which part of the server it is: <c>reports</c>, <c>explore</c>, <c>search</c>; null for none.</summary>
    public string? Part { get; init; }

    /// <summary>Who looks at it; null while nobody has to sign in.</summary>
    public string? User { get; init; }

    /// <summary>True for those who may see how the server stands.</summary>
    public bool IsEngineer { get; init; }

    /// <summary>True for those who may see rows of the sources and keep reports.</summary>
    public bool IsAnalyst { get; init; }

    /// <summary>True when the address itself names the language, so that what leads on names it too.</summary>
    public bool NamesLanguage { get; init; }

    /// <summary>Of when the data are, in words; null while nothing is loaded.</summary>
    public string? AsOf { get; init; }

    /// <summary>That the data are old, in words; null when they are not.</summary>
    public string? Stale { get; init; }

    /// <summary>What was searched for, to stand in the field again.</summary>
    public string? Sought { get; init; }

    /// <summary>The words of its language.</summary>
    internal PageWords Words => PageWords.Of(Language);

    /// <summary>An address within the server.</summary>
    /// <param name="path">Its path, with a slash at its beginning.</param>
    /// <param name="query">Its question; empty for none.</param>
    public string Link(string path, string query = "")
    {
        var language = NamesLanguage ? $"{LanguageKey}={Language}" : "";
        var both = query.Length > 0 && language.Length > 0 ? $"{query}&{language}" : query + language;
        return both.Length == 0 ? Root + path : $"{Root}{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{both}";
    }

    /// <summary>This page in another language.</summary>
    public string In(string language)
    {
        var question = Path.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = question < 0 ? (Path, "") : (Path[..question], Path[(question + 1)..]);
        var rest = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Where(p => !p.StartsWith(LanguageKey + "=", StringComparison.Ordinal));
        return $"{Root}{path}?{string.Join('&', rest.Append($"{LanguageKey}={language}"))}";
    }

    /// <summary>A style or script.</summary>
    public string Asset(string name) => $"{Root}{Assets}/{name}";

    /// <summary>The locale of a page: the project's own when it speaks the language.</summary>
    public static string LocaleOf(string language, string locale)
    {
        ArgumentNullException.ThrowIfNull(language);
        ArgumentNullException.ThrowIfNull(locale);
        return language.Split('-')[0].Equals(locale.Split('-')[0], StringComparison.OrdinalIgnoreCase) || language != "zh" ? locale : "zh-CN";
    }

    /// <summary>A sentence of the frame's language with values in it.</summary>
    internal static string Say(string pattern, params object?[] values) => string.Format(CultureInfo.InvariantCulture, pattern, values);
}
