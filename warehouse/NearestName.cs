namespace Crm.Analytics.Warehouse;

/// <summary>Finds the known name that a mistyped one probably means, for the "expected" part of an error.</summary>
public static class NearestName
{
    private const int NamesShownAtMost = 12;
    private const int ShortestGuessed = 3;

    /// <summary>
    /// The known name with the smallest Damerau–Levenshtein distance (insertions, deletions, substitutions, neighbours swapped; letter case ignored),
    /// or null when none is within a third of the longer name's length; one and two letters only match themselves. The first of equals wins.
    /// </summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        string? nearest = null;
        var smallest = int.MaxValue;
        foreach (var candidate in known)
        {
            var length = Math.Max(name.Length, candidate.Length);
            var limit = length < ShortestGuessed ? 0 : Math.Max(1, length / 3);
            if (Math.Abs(name.Length - candidate.Length) <= limit && Distance(name, candidate) is var distance
                && distance <= limit && distance < smallest)
            {
                (nearest, smallest) = (candidate, distance);
            }
        }

        return nearest;
    }

    /// <summary>The "expected" of an error about an unknown name: what it should be, and the nearest known name or, failing that, the known names.</summary>
    /// <param name="what">What the name stands for, with its article: <c>a column of contract 'product'</c>.</param>
    /// <param name="name">The name found.</param>
    /// <param name="known">The known names.</param>
    public static string Expected(string what, string name, IReadOnlyCollection<string> known)
    {
        if (known.Count == 0)
        {
            return $"{what} (there is none)";
        }

        if (Find(name, known) is { } nearest)
        {
            return $"{what}; did you mean '{nearest}'?";
        }

        var shown = string.Join(", ", known.Take(NamesShownAtMost));
        return known.Count <= NamesShownAtMost ? $"{what}: {shown}" : $"{what}: {shown} and {known.Count - NamesShownAtMost} more";
    }

    /// <summary>Optimal string alignment distance, ignoring the case of letters.</summary>
    internal static int Distance(string left, string right)
    {
        var before = new int[right.Length + 1];
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(previous[j] + 1, current[j - 1] + 1), previous[j - 1] + cost);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                {
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
                }
            }

            (before, previous, current) = (previous, current, before);
        }

        return previous[right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
