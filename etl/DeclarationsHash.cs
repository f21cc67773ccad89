using System.Security.Cryptography;
using System.Text;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl;

/// <summary>Tells whether a project's declarations are those that the last run worked by.</summary>
public static class DeclarationsHash
{
    /// <summary>SHA-256 over the names and contents of all YAML files of the project that decide what is loaded, and the program's version; lower-case hexadecimal.</summary>
    /// <param name="project">The project.</param>
    /// <param name="program">Version of the program, which brings the standard model.</param>
    public static string Of(Project project, string program)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(program));
        foreach (var file in Files(project.Folder))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"\n{Path.GetRelativePath(project.Folder, file).Replace('\\', '/')}\n"));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static IEnumerable<string> Files(string folder) =>
        new[] { "sources", "model" }
            .Select(f => Path.Combine(folder, f))
            .Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*.yaml", SearchOption.AllDirectories))
            .Append(Path.Combine(folder, "crm.yaml"))
            .Where(File.Exists)
            .Order(StringComparer.Ordinal);
}
