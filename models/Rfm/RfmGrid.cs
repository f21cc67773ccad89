using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Models.Rfm;

/// <summary>A segment grid: which segment each of the 125 combinations of R, F and M (1–5 each, 5 is best) belongs to.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Segments">Segments in the order they are shown.</param>
public sealed record RfmGrid(string Name, string Title, IReadOnlyList<RfmSegment> Segments)
{
    private static readonly string[] builtIn = ["rfm", "r_fm", "rf"];

    /// <summary>Loads a grid and checks that it covers every combination exactly once.</summary>
    /// <param name="grid"><c>rfm</c>, <c>r_fm</c>, <c>rf</c>, or the path of a YAML file within the project.</param>
    /// <param name="projectFolder">The project's folder.</param>
    /// <exception cref="DeclarationException">With every problem of the file.</exception>
    public static RfmGrid Load(string grid, string projectFolder)
        => builtIn.Contains(grid)
            ? RfmGridReader.Read($"crm/{grid}.yaml", BuiltIn(grid))
            : RfmGridReader.Read(grid, FromProject(grid, projectFolder));

    /// <summary>The segment of a combination.</summary>
    /// <param name="r">Recency score, 1–5.</param>
    /// <param name="f">Frequency score, 1–5.</param>
    /// <param name="m">Monetary score, 1–5.</param>
    public RfmSegment SegmentOf(int r, int f, int m) => Segments.Single(s => s.Codes.Contains(new(r, f, m)));

    private static byte[] BuiltIn(string grid)
    {
        using var stream = typeof(RfmGrid).Assembly.GetManifestResourceStream($"{typeof(RfmGrid).Namespace}.grids.{grid}.yaml")
            ?? throw new InvalidOperationException($"no embedded grid '{grid}'");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static byte[] FromProject(string grid, string projectFolder)
    {
        var folder = Path.GetFullPath(projectFolder);
        var path = Path.GetFullPath(Path.Combine(folder, grid));
        var within = Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar;
        if (!path.StartsWith(within, StringComparison.Ordinal) || !File.Exists(path))
        {
            throw Unreadable(grid, $"no such file in the project for the RFM grid '{grid}'", null);
        }

        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(grid, $"a file that cannot be read ({e.Message})", e);
        }
    }

    private static CrmException Unreadable(string grid, string found, Exception? inner) => new(
        FailureKind.CheckFailed, found, grid,
        NearestName.Expected("the path of a YAML file within the project, or a grid that is there", grid, builtIn),
        "Correct rfm.grid in crm.yaml", inner);
}

/// <summary>A segment of a grid.</summary>
/// <param name="Name">Its name, unique in the grid.</param>
/// <param name="Standing">
/// What it means for the business, whatever the grid calls it: <c>best</c>, <c>good</c>, <c>watch</c>, <c>at_risk</c>, <c>lost</c>.
/// </param>
/// <param name="Rule">The combinations it holds, for people.</param>
/// <param name="Description">Who is in it.</param>
/// <param name="Codes">The combinations it holds.</param>
public sealed record RfmSegment(string Name, string Standing, string Rule, string Description, IReadOnlyList<RfmCode> Codes);

/// <summary>A combination of scores, each 1–5, 5 is best.</summary>
/// <param name="R">Recency.</param>
/// <param name="F">Frequency.</param>
/// <param name="M">Monetary value.</param>
public readonly record struct RfmCode(int R, int F, int M)
{
    /// <summary>All 125 combinations.</summary>
    public static IEnumerable<RfmCode> All { get; } =
        [.. from r in Enumerable.Range(1, 5) from f in Enumerable.Range(1, 5) from m in Enumerable.Range(1, 5) select new RfmCode(r, f, m)];

    /// <summary>The mean of F and M, rounded half up: 2 and 3 make 3.</summary>
    public int FM => (F + M + 1) / 2;
}
