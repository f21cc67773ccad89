namespace Crm.Analytics.Warehouse.Query;

/// <summary>Finds the known name that someone most likely meant.</summary>
internal static class NearestName
{
    /// <summary>The known name with the fewest edits from the one given (equal last parts count as very near); null when there is none at all.</summary>
    public static string? Of(string given, IEnumerable<string> known)
    {
        string? nearest = null;
        var fewest = int.MaxValue;
        foreach (var name in known)
        {
            var edits = Distance(given, name);
            if (edits < fewest)
                (nearest, fewest) = (name, edits);
        }

        return nearest;
    }

    /// <summary>Edits between two member names; a member of the same name elsewhere is nearer than a similar spelling.</summary>
    private static int Distance(string given, string name)
    {
        var sameMember = given[(given.LastIndexOf('.') + 1)..] == name[(name.LastIndexOf('.') + 1)..];
        return sameMember ? Math.Min(1, Edits(given, name)) : 1 + Edits(given, name);
    }

    /// <summary>Levenshtein's distance, ignoring case.</summary>
    private static int Edits(string a, string b)
    {
        if (a.Length > 200 || b.Length > 200)
            return Math.Max(a.Length, b.Length);
        Span<int> row = stackalloc int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
