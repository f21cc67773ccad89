using System.Text.RegularExpressions;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// Finds the files that paths and patterns name: <c>*</c> and <c>?</c> within a name, <c>**</c> for any folders; every other character stands for
/// itself. Hidden and unfinished files (<see cref="IsTemporary"/>) match only a pattern that ends or begins as they do. A file that is there under exactly the written name is that file, whatever characters it has.
/// </summary>
internal static class FilePattern
{
    /// <summary>Ends of names that writers and browsers give files that are not finished.</summary>
    private static readonly string[] unfinished = [".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".swp", ".filepart", "~"];

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>Files that the patterns name, each once, in ordinal order of the path that records bear.</summary>
    /// <param name="projectFolder">What relative paths are relative to.</param>
    /// <param name="patterns">The patterns.</param>
    /// <param name="isKnown">Whether files read before may have been moved away: then a pattern may match nothing.</param>
    public static IReadOnlyList<(string Path, string Location)> Expand(string projectFolder, OptionValue patterns, Func<Regex, bool> isKnown)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var written in patterns.Items)
        {
            var pattern = OperatingSystem.IsWindows() ? written.Replace('\\', '/') : written;
            var files = Match(projectFolder, pattern, patterns.Where);
            if (files.Count == 0 && !isKnown(Matcher(pattern)))
            {
                throw NothingFound(projectFolder, written, pattern, patterns.Where);
            }

            foreach (var location in files)
            {
                found[RecordPath(projectFolder, location)] = location;
            }
        }

        return [.. found.Select(f => (f.Key, f.Value))];
    }

    /// <summary>Whether a name says that the file is hidden, locked by an editor, or still being written. Patterns leave such files out.</summary>
    public static bool IsTemporary(string name) =>
        name.StartsWith('.') || name.StartsWith("~$", StringComparison.Ordinal) || Array.Exists(unfinished, e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    /// <summary>The path that records bear: relative to the project with '/', or full when the file lies outside.</summary>
    public static string RecordPath(string projectFolder, string location)
    {
        var relative = Path.GetRelativePath(projectFolder, location);
        var path = relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? location : relative;
        return OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path;
    }

    private static List<string> Match(string projectFolder, string pattern, SourceLocation where)
    {
        var literal = Path.GetFullPath(Path.Combine(projectFolder, pattern));
        if (File.Exists(literal))
        {
            return [literal];
        }

        if (Directory.Exists(literal))
        {
            throw new CrmException(
                FailureKind.Failed, $"'{pattern}' is a folder", where.ToString(), "a file or a pattern of files", $"Write {pattern.TrimEnd('/')}/*.csv");
        }

        var segments = pattern.Split('/');
        var fixedPart = segments.TakeWhile(s => !IsWild(s)).Take(segments.Length - 1).ToList();
        var root = Path.GetFullPath(Path.Combine(projectFolder, Path.IsPathRooted(pattern) && fixedPart is [""] ? "/" : string.Join('/', fixedPart)));
        var files = new List<string>();
        if (Directory.Exists(root))
        {
            Walk(root, segments[fixedPart.Count..], new HashSet<string>(StringComparer.Ordinal), files);
        }

        return files;
    }

    private static void Walk(string folder, ReadOnlySpan<string> segments, HashSet<string> above, List<string> files)
    {
        if (segments is ["**", .. var rest])
        {
            Walk(folder, rest.Length == 0 ? ["*"] : rest, above, files);

            // A link to a folder we are inside of would go round for ever.
            var real = RealPath(folder);
            if (above.Add(real))
            {
                foreach (var child in Directory.EnumerateDirectories(folder, "*", Everything).Where(c => !Path.GetFileName(c).StartsWith('.')))
                {
                    Walk(child, segments, above, files);
                }

                above.Remove(real);
            }

            return;
        }

        var name = Segment(segments[0]);
        if (segments.Length == 1)
        {
            var wantsTemporary = IsTemporary(segments[0]);
            files.AddRange(Directory.EnumerateFiles(folder, "*", Everything)
                .Where(f => name.IsMatch(Path.GetFileName(f)) && (wantsTemporary || !IsTemporary(Path.GetFileName(f)))));
            return;
        }

        foreach (var child in Directory.EnumerateDirectories(folder, "*", Everything))
        {
            if (name.IsMatch(Path.GetFileName(child)))
            {
                Walk(child, segments[1..], above, files);
            }
        }
    }

    private static string RealPath(string folder)
    {
        // Only the last segment can be a link here: those above were resolved when they were entered.
        var target = new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true);
        return target?.FullName ?? Path.GetFullPath(folder);
    }

    private static bool IsWild(string segment) => segment.AsSpan().IndexOfAny('*', '?') >= 0;

    private static RegexOptions Case =>
        RegexOptions.CultureInvariant | RegexOptions.Singleline | (OperatingSystem.IsWindows() ? RegexOptions.IgnoreCase : RegexOptions.None);

    private static Regex Segment(string segment) =>
        new($"^{Regex.Escape(segment).Replace(@"\*", "[^/]*", StringComparison.Ordinal).Replace(@"\?", "[^/]", StringComparison.Ordinal)}\\z", Case);

    /// <summary>What matches the whole of a path that the pattern names.</summary>
    public static Regex Matcher(string pattern) =>
        new($"^{Regex.Escape(pattern).Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal).Replace(@"\*\*", ".*", StringComparison.Ordinal)
            .Replace(@"\*", "[^/]*", StringComparison.Ordinal).Replace(@"\?", "[^/]", StringComparison.Ordinal)}\\z", Case);

    private static CrmException NothingFound(string projectFolder, string written, string pattern, SourceLocation where)
    {
        var folder = Path.GetFullPath(Path.Combine(projectFolder, pattern));
        do
        {
            folder = Path.GetDirectoryName(folder) ?? projectFolder;
        }
        while (!Directory.Exists(folder));

        var names = Directory.EnumerateFileSystemEntries(folder).Select(e => Path.GetFileName(e) + (Directory.Exists(e) ? "/" : ""))
            .Order(StringComparer.Ordinal).ToList();
        var sought = Path.GetFileName(pattern);
        var nearest = NearestName.Find(sought, names);
        var holds = names.Count == 0 ? "nothing"
            : string.Join(", ", names.Take(5)) + (names.Count > 5 ? $" and {names.Count - 5} more" : "");
        return new CrmException(
            FailureKind.Failed, $"no file matches '{written}'; {RecordPath(projectFolder, folder)} holds {holds}", where.ToString(),
            nearest is null ? "at least one file" : $"at least one file; the nearest name is '{nearest}'", "Correct the path, or put the files there");
    }
}
