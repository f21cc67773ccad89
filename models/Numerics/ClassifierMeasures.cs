namespace Crm.Analytics.Models.Numerics;

/// <summary>How well scores tell two classes apart. NaN where a class is missing: the caller says so in words.</summary>
public static class ClassifierMeasures
{
    /// <summary>
    /// Area under the receiver operating characteristic: the chance that a positive scores above a negative, ties counting half (Hanley and McNeil 1982).
    /// </summary>
    public static double Auc(double[] scores, double[] labels)
    {
        var order = Ascending(scores);
        var (ranks, positives) = (0.0, 0.0);
        for (var from = 0; from < order.Length;)
        {
            var to = from;
            while (to < order.Length && scores[order[to]] == scores[order[from]])
                to++;
            var rank = (from + 1 + to) / 2.0;
            for (var i = from; i < to; i++)
            {
                ranks += labels[order[i]] * rank;
                positives += labels[order[i]];
            }

            from = to;
        }

        var negatives = scores.Length - positives;
        return positives > 0 && negatives > 0 ? (ranks - positives * (positives + 1) / 2) / (positives * negatives) : double.NaN;
    }

    /// <summary>Average precision: the area under the steps of precision over recall; rows of equal scores are taken together.</summary>
    public static double AveragePrecision(double[] scores, double[] labels)
    {
        var order = Ascending(scores);
        Array.Reverse(order);
        var positives = labels.Sum();
        var (found, area) = (0.0, 0.0);
        for (var from = 0; from < order.Length;)
        {
            var to = from;
            var here = 0.0;
            while (to < order.Length && scores[order[to]] == scores[order[from]])
                here += labels[order[to++]];
            found += here;
            area += here / positives * (found / to);
            from = to;
        }

        return positives > 0 ? area : double.NaN;
    }

    /// <summary>Mean squared distance of probabilities from what happened (Brier 1950).</summary>
    public static double Brier(double[] probabilities, double[] labels) => probabilities.Zip(labels, (p, y) => (p - y) * (p - y)).Average();

    /// <summary>Mean of −ln of the probability given to what happened.</summary>
    public static double LogLoss(double[] probabilities, double[] labels)
        => -probabilities.Zip(labels, (p, y) => Math.Log(Math.Clamp(y > 0.5 ? p : 1 - p, 1e-15, 1))).Average();

    /// <summary>Rate of positives among the best-scored share of the rows, over the rate among all.</summary>
    /// <param name="scores">Scores.</param>
    /// <param name="labels">0 or 1.</param>
    /// <param name="share">Share of the rows, above 0 and up to 1. Of rows that tie at its edge, the expected part counts.</param>
    public static double Lift(double[] scores, double[] labels, double share)
    {
        var order = Ascending(scores);
        Array.Reverse(order);
        var wanted = Math.Max(1, share * order.Length);
        var (taken, found) = (0.0, 0.0);
        for (var from = 0; from < order.Length && taken < wanted;)
        {
            var to = from;
            var here = 0.0;
            while (to < order.Length && scores[order[to]] == scores[order[from]])
                here += labels[order[to++]];
            var part = Math.Min(1, (wanted - taken) / (to - from));
            (taken, found) = (taken + part * (to - from), found + part * here);
            from = to;
        }

        return found / taken / labels.Average();
    }

    /// <summary>Predicted and observed rates in groups of about equal size, lowest probabilities first.</summary>
    public static IReadOnlyList<ReliabilityGroup> Reliability(double[] probabilities, double[] labels, int groups = 10)
    {
        var order = Ascending(probabilities);
        return [.. Enumerable.Range(0, groups)
            .Select(g => order[(int)((long)g * order.Length / groups)..(int)((long)(g + 1) * order.Length / groups)])
            .Where(part => part.Length > 0)
            .Select(part => new ReliabilityGroup(part.Length, part.Average(i => probabilities[i]), part.Average(i => labels[i])))];
    }

    private static int[] Ascending(double[] scores)
    {
        var order = Enumerable.Range(0, scores.Length).ToArray();
        Array.Sort([.. scores], order);
        return order;
    }
}

/// <summary>A group of rows with similar probabilities.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Predicted">Mean probability.</param>
/// <param name="Observed">Share of positives.</param>
public sealed record ReliabilityGroup(int Rows, double Predicted, double Observed);
