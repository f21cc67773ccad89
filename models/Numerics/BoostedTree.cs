namespace Crm.Analytics.Models.Numerics;

/// <summary>A place in a tree.</summary>
/// <param name="Mean">What a row here would get if no more were asked, in log-odds, the learning rate applied.</param>
/// <param name="Feature">The column asked; −1 at a leaf.</param>
/// <param name="LastLeft">Bins up to this one go left.</param>
/// <param name="MissingLeft">Whether a missing value goes left.</param>
/// <param name="Gain">How much the question lowers the loss.</param>
/// <param name="Left">Where the left rows go, an index into the tree's places.</param>
/// <param name="Right">Where the right rows go.</param>
public readonly record struct TreeNode(double Mean, int Feature = -1, int LastLeft = 0, bool MissingLeft = false, double Gain = 0, int Left = 0, int Right = 0);

/// <summary>One tree.</summary>
/// <param name="nodes">Its places; the root is the first.</param>
public sealed class BoostedTree(IReadOnlyList<TreeNode> nodes)
{
    private readonly TreeNode[] places = [.. nodes];

    /// <summary>Its places; the root is the first.</summary>
    public IReadOnlyList<TreeNode> Nodes => places;

    /// <summary>Where every row begins.</summary>
    public TreeNode Root => places[0];

    /// <summary>The value at the leaf that a row ends in; what each question changed is added to <paramref name="changes"/> by column.</summary>
    public double Walk(Func<int, int> binOf, double[]? changes)
    {
        var node = places[0];
        while (node.Feature >= 0)
        {
            var next = places[GoesLeft(node, binOf(node.Feature)) ? node.Left : node.Right];
            if (changes is not null)
                changes[node.Feature] += next.Mean - node.Mean;
            node = next;
        }

        return node.Mean;
    }

    internal double ValueOf(HistogramBins bins, int row)
    {
        var node = places[0];
        while (node.Feature >= 0)
            node = places[GoesLeft(node, bins.Bins[node.Feature][row]) ? node.Left : node.Right];
        return node.Mean;
    }

    internal static bool GoesLeft(TreeNode node, int bin) => bin == 0 ? node.MissingLeft : bin <= node.LastLeft;
}
