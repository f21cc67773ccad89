using System.Text.RegularExpressions;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>The files that a stream's patterns name now, entries of archives among them.</summary>
internal static class FoundFiles
{
    private const string WithinArchive = ".zip/";

    /// <summary>The files, each once, in ordinal order of the path that records bear.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="options">Its options.</param>
    /// <param name="known">Paths read before: when there are such, a pattern may match nothing.</param>
    public static IReadOnlyList<(string Path, string Location)> Of(StreamContext stream, FilesOptions options, IReadOnlyList<string> known) =>
        Of(stream.ProjectFolder, options, m => known.Any(k => IsMatch(m, k)));

    /// <summary>The files, each once, in ordinal order of the path that records bear.</summary>
    public static IReadOnlyList<(string Path, string Location)> Of(string projectFolder, FilesOptions options, Func<Regex, bool> isKnown)
    {
        var files = FilePattern.Expand(projectFolder, options.Patterns, isKnown);
        return files.Any(f => FilePlace.Parse(f.Location).IsArchive)
            ? [.. files.SelectMany(f => FilePlace.Parse(f.Location).IsArchive ? ArchiveListing.Files(f.Path, f.Location, options) : [f]).OrderBy(f => f.Path, StringComparer.Ordinal)]
            : files;
    }

    private static bool IsMatch(Regex pattern, string known) => pattern.IsMatch(known)
        || (known.IndexOf(WithinArchive, StringComparison.OrdinalIgnoreCase) is >= 0 and var at && pattern.IsMatch(known[..(at + WithinArchive.Length - 1)]));
}
