namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The YAML files of a project folder, by their path inside it with forward slashes.</summary>
internal sealed class ProjectFiles(string folder, List<Problem> problems)
{
    /// <summary>Content of a file; null, with a problem, when it cannot be read.</summary>
    public byte[]? Read(string file)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(folder, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(new(file, 0, 0), $"a file that cannot be read ({e.Message})", "a file that you may read", "check its permissions"));
            return null;
        }
    }

    /// <summary>The YAML files of a folder of the project, in the order of their paths; none when the folder is not there.</summary>
    public List<(string File, byte[] Bytes)> In(string subfolder, SearchOption depth)
    {
        var root = Path.Combine(folder, subfolder);
        var files = new List<(string, byte[])>();
        if (!Directory.Exists(root))
        {
            return files;
        }

        foreach (var path in Paths(root, subfolder, depth))
        {
            var file = Path.GetRelativePath(folder, path).Replace('\\', '/');
            if (Read(file) is { } bytes)
            {
                files.Add((file, bytes));
            }
        }

        return files;
    }

    private string[] Paths(string root, string subfolder, SearchOption depth)
    {
        try
        {
            var paths = Array.FindAll(Directory.GetFiles(root, "*", depth), static p => Path.GetExtension(p) is ".yaml" or ".yml");
            Array.Sort(paths, StringComparer.Ordinal);
            return paths;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(new(subfolder, 0, 0), $"a folder that cannot be read ({e.Message})", "a folder that you may read", "check its permissions"));
            return [];
        }
    }
}
