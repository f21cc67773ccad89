using System.Globalization;
using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Models.Learning;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Segmentation;

/// <summary>Which rows are alike.</summary>
public sealed class ClusterKind : IModelKind
{
    private const int MostRows = 1_000_000;

    /// <inheritdoc/>
    public string Name => "cluster";

    /// <inheritdoc/>
    public string Title => "Which rows are alike: k-means or hierarchical clusters over the number columns of a file, each told in words";

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } =
    [
        new("k", "N", "Clusters; else as many, up to ten, as give the best silhouette"),
        new("columns", "COLUMNS", "Columns to compare, with commas between; else all columns of numbers"),
        new("key", "COLUMN", "Names the rows, such as the customer's number; not compared"),
        new("method", "WORD", "kmeans, ward, average, complete or single") { Default = "kmeans" },
        new("seed", "N", "Seed of the starts of k-means") { Default = "1" },
        new("restarts", "N", "Starts of k-means") { Default = "10" },
    ];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var chosen = input.ColumnList("columns");
        var table = new LearningTable(input.Session, SqlName.Quote(input.Table), chosen.Count == 0 ? input.Columns : [.. chosen]) { Key = input.Column("key"), MostRows = MostRows };
        var read = table.Read(input.Cancellation);
        var measures = Enumerable.Range(0, read.Data.Features.Count).Where(j => read.Data.Features[j].Name == read.Data.Features[j].Source).ToArray();
        if (measures.Length == 0)
            throw input.Unfit("no column of numbers that change", "at least one", "Name columns with --columns");
        var rows = Enumerable.Range(0, read.Data.Rows).Select(i => Array.ConvertAll(measures, j => read.Data.Columns[j][i])).ToList();
        var options = new ClusterOptions(
            input.Choice("method", "kmeans", "ward", "average", "complete", "single")!, input.Whole("k", 1, 1000), input.Whole("seed")!.Value, input.Whole("restarts", 1, 1000)!.Value);
        var notes = read.Notes.ToList();
        notes.AddRange(read.Data.Features.Select(f => f.Source).Distinct().Where(s => !Array.Exists(measures, j => read.Data.Features[j].Source == s)).Select(s => $"{s} is text and is not compared"));
        if (options.Clusters is { } wanted && DifferentRows(rows) is var different && wanted > different)
            notes.Add($"{wanted} clusters were asked for, but only {different} rows differ: there are {different} clusters");
        var found = ClusterSearch.Find(rows, options);
        if (found.Note is { } note)
            notes.Add(note);
        if (found.Chosen.Silhouette is < 0.25)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"the silhouette is {found.Chosen.Silhouette:0.00}: the rows form no clear groups, and the clusters cut through what is one cloud"));
        return Result(options, read, [.. measures.Select(j => read.Data.Features[j].Name)], found, notes);
    }

    private static int DifferentRows(List<double[]> rows) => ClusterSearch.DifferentRows(Numerics.StandardRows.Of(rows));

    private static FitResult Result(ClusterOptions options, LearningRows read, string[] measures, FoundClusters found, List<string> notes)
    {
        var sizes = found.Clusters.CountBy(c => c).ToDictionary(c => c.Key, c => c.Value);
        return new FitResult("cluster", "Which rows are alike")
        {
            Conventions =
            [
                new("method", options.Method == "kmeans" ? $"k-means, {options.Restarts} starts by k-means++ with seed {options.Seed}" : $"hierarchical, {options.Method} linkage"),
                new("scale", "each column to mean 0 and standard deviation 1; a missing value counts as the mean"),
                new("number", options.Clusters is null ? $"{found.Chosen.Clusters}, the best silhouette of 2 to {found.Trials[^1].Clusters}" : $"{found.Chosen.Clusters}, as asked for"),
            ],
            Counts = [new("rows", found.Clusters.Length, "rows compared"), new("columns", measures.Length, "columns compared"), new("clusters", found.Chosen.Clusters, "clusters")],
            Figures =
            [
                new("silhouette", found.Chosen.Silhouette, "mean silhouette, −1 to 1: above 0.5 clear groups, below 0.25 none"), new("within_squares", found.Chosen.WithinSquares, "sum of squared distances from the centres, standardised"),
            ],
            Tables =
            [
                new("clusters", "The clusters", ["cluster", "rows", "share", "profile", .. measures],
                    [.. found.Centres.Select((c, i) => (IReadOnlyList<object?>)[i + 1, sizes.GetValueOrDefault(i + 1), sizes.GetValueOrDefault(i + 1) / (double)found.Clusters.Length,
                        ClusterProfile.Words(measures, c, found.Standard[i]), .. c.Select(v => (object?)v)])]) { Shown = 100 },
                new("trials", "Numbers of clusters that were tried", ["clusters", "within_squares", "silhouette"], [.. found.Trials.Select(t => (IReadOnlyList<object?>)[t.Clusters, t.WithinSquares, t.Silhouette])]),
                .. read.Keys.Length == 0 ? (FitTable[])[] : [new("members", "Cluster of each row", ["row", "cluster"], [.. read.Keys.Zip(found.Clusters, (k, c) => (IReadOnlyList<object?>)[k, c])])],
            ],
            Warnings = notes,
        };
    }
}
