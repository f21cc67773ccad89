namespace Crm.Analytics.Models.Numerics;

/// <summary>Grows one tree after the other over the same binned columns.</summary>
internal sealed class TreeGrower(HistogramBins bins, BoostingOptions options)
{
    private const int Width = HistogramBins.Most * 3;

    /// <summary>A tree that lowers the loss of the given rows.</summary>
    public BoostedTree Grow(int[] rows, double[] gradients, double[] hessians)
    {
        var nodes = new List<TreeNode>();
        var open = new Queue<Open>();
        nodes.Add(default);
        open.Enqueue(new Open(0, 0, rows, Histogram(rows, gradients, hessians)));
        while (open.TryDequeue(out var at))
        {
            var total = Totals(at.Rows, gradients, hessians);
            var mean = -total.Gradient / (total.Hessian + options.Penalty) * options.LearningRate;
            var split = at.Level < options.Depth ? Best(at.Histogram, total, at.Rows.Length) : null;
            if (split is not { } question)
            {
                nodes[at.Node] = new TreeNode(mean);
                continue;
            }

            var (left, right) = (nodes.Count, nodes.Count + 1);
            var node = question with { Mean = mean, Left = left, Right = right };
            nodes[at.Node] = node;
            nodes.AddRange([default, default]);
            var lefts = Array.FindAll(at.Rows, row => BoostedTree.GoesLeft(node, bins.Bins[node.Feature][row]));
            var rights = Array.FindAll(at.Rows, row => !BoostedTree.GoesLeft(node, bins.Bins[node.Feature][row]));

            // The histogram of the larger side is the parent's less the smaller side's; leaves need none.
            double[] small = [], large = [];
            if (at.Level + 1 < options.Depth)
            {
                small = Histogram(lefts.Length <= rights.Length ? lefts : rights, gradients, hessians);
                large = at.Histogram;
                for (var i = 0; i < large.Length; i++)
                    large[i] -= small[i];
            }

            open.Enqueue(new Open(left, at.Level + 1, lefts, lefts.Length <= rights.Length ? small : large));
            open.Enqueue(new Open(right, at.Level + 1, rights, lefts.Length <= rights.Length ? large : small));
        }

        return new BoostedTree(nodes);
    }

    private double[] Histogram(int[] rows, double[] gradients, double[] hessians)
    {
        var histogram = new double[bins.Bins.Length * Width];
        for (var feature = 0; feature < bins.Bins.Length; feature++)
        {
            var column = bins.Bins[feature];
            var sums = histogram.AsSpan(feature * Width, Width);
            foreach (var row in rows)
            {
                var at = column[row] * 3;
                sums[at] += gradients[row];
                sums[at + 1] += hessians[row];
                sums[at + 2]++;
            }
        }

        return histogram;
    }

    private TreeNode? Best(double[] histogram, Sums total, int rows)
    {
        TreeNode? best = null;
        var least = 1e-9;
        for (var feature = 0; feature < bins.Bins.Length; feature++)
        {
            var sums = histogram.AsSpan(feature * Width, Width);
            var missing = new Sums(sums[0], sums[1], sums[2]);
            var below = new Sums(0, 0, 0);
            for (var bin = 1; bin <= bins.Cuts[feature].Length; bin++)
            {
                below += new Sums(sums[bin * 3], sums[bin * 3 + 1], sums[bin * 3 + 2]);
                foreach (var missingLeft in missing.Rows > 0.5 ? (bool[])[false, true] : [false])
                {
                    var left = missingLeft ? below + missing : below;
                    if (left.Rows < options.LeastRows - 0.5 || rows - left.Rows < options.LeastRows - 0.5)
                        continue;
                    var gain = Gain(left) + Gain(total - left) - Gain(total);
                    if (gain > least)
                        (least, best) = (gain, new TreeNode(0, feature, bin, missingLeft, gain));
                }
            }
        }

        return best;
    }

    private double Gain(Sums sums) => sums.Gradient * sums.Gradient / (sums.Hessian + options.Penalty);

    private static Sums Totals(int[] rows, double[] gradients, double[] hessians)
    {
        var (gradient, hessian) = (0.0, 0.0);
        foreach (var row in rows)
        {
            gradient += gradients[row];
            hessian += hessians[row];
        }

        return new Sums(gradient, hessian, rows.Length);
    }

    private readonly record struct Open(int Node, int Level, int[] Rows, double[] Histogram);

    private readonly record struct Sums(double Gradient, double Hessian, double Rows)
    {
        public static Sums operator +(Sums a, Sums b) => new(a.Gradient + b.Gradient, a.Hessian + b.Hessian, a.Rows + b.Rows);

        public static Sums operator -(Sums a, Sums b) => new(a.Gradient - b.Gradient, a.Hessian - b.Hessian, a.Rows - b.Rows);
    }
}
