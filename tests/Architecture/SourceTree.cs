namespace Crm.Analytics.Tests.Architecture;

/// <summary>A file of the repository: its path from the root with forward slashes, and its text.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    public string Stem => System.IO.Path.GetFileNameWithoutExtension(Path);

    public string Folder => Path.Contains('/') ? Path[..Path.LastIndexOf('/')] : "";

    public bool IsUnder(params ReadOnlySpan<string> folders)
    {
        foreach (var folder in folders)
        {
            if (Path.StartsWith(folder + "/", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    public int LineAt(int index) => 1 + Text.AsSpan(0, index).Count('\n');
}

/// <summary>The repository's own files, as they stand on the disk; what a build or a user makes is left out.</summary>
internal static class SourceTree
{
    private static readonly HashSet<string> Left = new(StringComparer.OrdinalIgnoreCase)
    {
        ".git", ".vs", ".idea", "artifacts", "node_modules", "bin", "obj", "demo", "my-crm", "TestResults", "work",
    };

    private static readonly HashSet<string> Binary = new(StringComparer.OrdinalIgnoreCase)
    {
        ".br", ".gz", ".parquet", ".png", ".xz", ".zip", ".ico", ".woff2", ".snk",
    };

    public static string Root { get; } = FindRoot();

    public static string[] Projects { get; } = ["etl", "warehouse", "models", "reports", "host"];

    public static IReadOnlyList<SourceFile> Files { get; } = [.. Walk(new DirectoryInfo(Root)).OrderBy(f => f.Path, StringComparer.Ordinal)];

    /// <summary>C# of the product: everything but tests and benchmarks.</summary>
    public static IEnumerable<SourceFile> ProductCode => Files.Where(f => f.IsUnder(Projects) && f.Path.EndsWith(".cs", StringComparison.Ordinal));

    public static IEnumerable<SourceFile> WithExtension(params string[] extensions) =>
        Files.Where(f => extensions.Any(e => f.Path.EndsWith(e, StringComparison.Ordinal)));

    private static IEnumerable<SourceFile> Walk(DirectoryInfo folder)
    {
        foreach (var file in folder.EnumerateFiles().Where(f => !Binary.Contains(f.Extension) && !Left.Contains(f.Name) && f.LinkTarget is null))
        {
            yield return new(Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'), File.ReadAllText(file.FullName));
        }

        foreach (var inner in folder.EnumerateDirectories().Where(d => !Left.Contains(d.Name) && d.LinkTarget is null))
        {
            foreach (var file in Walk(inner))
            {
                yield return file;
            }
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Crm.Analytics.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"Crm.Analytics.sln was not found above {AppContext.BaseDirectory}");
    }
}

/// <summary>Fails a test with every offender on a line of its own.</summary>
internal static class Offenders
{
    public static void MustBeNone(IEnumerable<string> offenders, string rule)
    {
        var found = offenders.Distinct().ToList();
        Assert.That(found, Is.Empty, $"{rule}{Environment.NewLine}{string.Join(Environment.NewLine, found)}");
    }
}
