using Crm.Analytics.Host.Generate.Company;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Demo;

/// <summary>A project folder made from a sample that comes with the program.</summary>
internal static class DemoProject
{
    /// <summary>The sample that is drawn rather than packed.</summary>
    private const string Generated = "company";

    private static string Samples { get; } = Path.Combine(AppContext.BaseDirectory, "samples");

    /// <summary>Makes the project, or completes it: files that are there already are the user's and stay.</summary>
    /// <param name="sample">Name of the sample.</param>
    /// <param name="folder">Where the project goes.</param>
    /// <param name="cancellation">Stops the unpacking.</param>
    /// <returns>How many files were written.</returns>
    public static int Make(string sample, string folder, CancellationToken cancellation)
    {
        var from = Path.Combine(Samples, sample);
        string[] known = [.. Directory.GetDirectories(Samples).Select(d => Path.GetFileName(d)).Append(Generated).Order(StringComparer.Ordinal)];
        if (!known.Contains(sample))
        {
            throw new CrmException(FailureKind.WrongUse, $"there is no sample '{sample}'", "--sample", NearestName.Expected("one of the samples", sample, known),
                "Name a sample that there is");
        }

        if (sample == Generated)
        {
            return Draw(folder, cancellation);
        }

        var written = 0;
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(folder, Path.GetRelativePath(from, file));
            if (Path.GetFileName(file).EndsWith(".tar.br", StringComparison.Ordinal))
            {
                written += SampleArchive.Unpack(file, Path.Combine(folder, "data"), cancellation);
            }
            else if (!File.Exists(to))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
                written++;
            }
        }

        return written;
    }

    // Drawn once: a folder that has a project is the user's.
    private static int Draw(string folder, CancellationToken cancellation)
    {
        if (File.Exists(Path.Combine(folder, "crm.yaml")))
        {
            return 0;
        }

        CompanyGenerator.Generate(new CompanyOptions(), folder, cancellation: cancellation);
        return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count();
    }
}
