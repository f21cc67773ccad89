namespace Crm.Analytics.Tests.Loading;

/// <summary>What a source said of a member at a moment.</summary>
/// <param name="Day">The moment, as days after an origin.</param>
/// <param name="Values">A value for each of <see cref="HistoryModel.Attributes"/>; null: nothing was there.</param>
/// <param name="Deleted">True when it told a delete.</param>
internal sealed record Observation(int Day, string?[] Values, bool Deleted);

/// <summary>Everything that is delivered of one member: the observations of each step, in order; a step may replace what an earlier one said.</summary>
internal sealed record History(Observation[][] Steps);

/// <summary>An attribute of the tested dimension.</summary>
internal sealed record TestedAttribute(string Name, int Scd, bool Clears)
{
    /// <summary>Place of its value in an observation.</summary>
    public int At { get; init; }
}

/// <summary>
/// The rules of the types of change, written out plainly over all that was ever said of one member, whatever order it came in: what the loader has to
/// arrive at by steps.
/// </summary>
internal static class HistoryOracle
{
    private static readonly DateTime always = new(1, 1, 1);
    private static readonly DateTime never = new(9999, 12, 31);

    /// <summary>The rows of one member as texts, in order of time.</summary>
    public static List<string> Rows(IReadOnlyList<TestedAttribute> attributes, IEnumerable<(Observation Said, int File, int Record)> said, bool versioned)
    {
        var ordered = said.OrderBy(s => s.Said.Day).ThenBy(s => s.File).ThenBy(s => s.Record).Select(s => s.Said).ToList();
        var moments = Snapshots(attributes, ordered);
        if (!versioned)
        {
            return [Row(attributes, ordered, moments[^1], moments[^1], always, never, versioned)];
        }

        var turns = new List<Snapshot> { moments[0] };
        foreach (var moment in moments.Skip(1))
        {
            var last = turns[^1];
            if (moment.Deleted != last.Deleted || attributes.Select(a => a.Scd is 2 or 6 && moment.Values[a.At] != last.Values[a.At]).Any(c => c))
            {
                turns.Add(moment);
            }
        }

        return [.. turns.Select((t, i) => Row(
            attributes, ordered, t, moments[^1], i == 0 ? always : HistoryModel.Moment(t.Day), i + 1 < turns.Count ? HistoryModel.Moment(turns[i + 1].Day) : never, versioned))];
    }

    private static string Row(
        IReadOnlyList<TestedAttribute> attributes, List<Observation> ordered, Snapshot at, Snapshot last, DateTime from, DateTime to, bool versioned)
    {
        var values = attributes.SelectMany(a => a.Scd switch
        {
            0 => [ordered.Select(o => o.Values[a.At]).FirstOrDefault(v => v is not null)],
            1 => [last.Values[a.At]],
            2 => [at.Values[a.At]],
            3 => Previous(a, ordered),
            _ => new[] { at.Values[a.At], last.Values[a.At] },
        });
        var validity = versioned ? new[] { HistoryModel.Text(from), HistoryModel.Text(to), to == never ? "current" : "past" } : [];
        return string.Join("|", values.Select(v => v is null ? "NULL" : $"'{v}'").Concat(validity).Append(at.Deleted ? "deleted" : "there"));
    }

    private static string?[] Previous(TestedAttribute attribute, List<Observation> ordered)
    {
        var values = ordered.Where(o => Says(attribute, o)).GroupBy(o => o.Day).Select(g => (Day: g.Key, Value: g.Last().Values[attribute.At])).SkipWhile(v => v.Value is null).ToList();
        for (var k = values.Count - 1; k > 0; k--)
        {
            if (values[k].Value != values[k - 1].Value)
            {
                return [values[^1].Value, values[k - 1].Value, HistoryModel.Text(HistoryModel.Moment(values[k].Day))];
            }
        }

        return [values.Count == 0 ? null : values[^1].Value, null, null];
    }

    private static List<Snapshot> Snapshots(IReadOnlyList<TestedAttribute> attributes, List<Observation> ordered)
    {
        var state = new string?[HistoryModel.Attributes.Count];
        var moments = new List<Snapshot>();
        foreach (var observation in ordered)
        {
            foreach (var attribute in attributes.Where(a => Says(a, observation)))
            {
                state[attribute.At] = observation.Values[attribute.At];
            }

            if (moments.Count > 0 && moments[^1].Day == observation.Day)
            {
                moments.RemoveAt(moments.Count - 1);
            }

            moments.Add(new(observation.Day, [.. state], observation.Deleted));
        }

        return moments;
    }

    private static bool Says(TestedAttribute attribute, Observation observation) =>
        observation.Values[attribute.At] is not null || (attribute.Clears && !observation.Deleted);

    private sealed record Snapshot(int Day, string?[] Values, bool Deleted);
}
