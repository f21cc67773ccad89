namespace Crm.Analytics.Models.Campaigns;

/// <summary>What a channel is owed.</summary>
internal sealed record ChannelShare(
    string Channel, long Touches, double First, double Last, double Linear, double TimeDecay, double Position, double Markov, double RemovalEffect);

/// <summary>Paths of touches, collected customer by customer in the order of time.</summary>
/// <param name="lookback">Seconds before a conversion within which touches count.</param>
internal sealed class AttributionPaths(double lookback)
{
    private readonly Dictionary<string, int> channels = new(StringComparer.Ordinal);
    private readonly List<Path> converted = [];
    private readonly Dictionary<(int From, int To), double> steps = [];
    private readonly List<(double At, int Channel)> open = [];
    private string? customer;

    /// <summary>All paths, those without a conversion too.</summary>
    public long Paths { get; private set; }

    /// <summary>Paths that converted.</summary>
    public long Conversions => converted.Count;

    /// <summary>Value of the conversions.</summary>
    public double Value => converted.Sum(p => p.Value);

    /// <summary>Touches on a path that converted, on average.</summary>
    public double TouchesPerConversion => converted.Average(p => p.Touches.Length);

    /// <summary>Adds a touch; those of a customer come together, in the order of time.</summary>
    public void Add(string who, double at, string channel, double? value)
    {
        if (who != customer)
        {
            End();
            customer = who;
        }

        if (!channels.TryGetValue(channel, out var number))
        {
            channels.Add(channel, number = channels.Count);
        }

        open.Add((at, number));
        if (value is { } worth)
        {
            var touches = open.Where(t => at - t.At <= lookback).ToArray();
            converted.Add(new(touches, at, worth));
            Step([.. touches.Select(t => t.Channel)], isConversion: true);
            open.Clear();
        }
    }

    /// <summary>Ends the last customer's path.</summary>
    public void End()
    {
        if (open.Count > 0)
        {
            Step([.. open.Select(t => t.Channel)], isConversion: false);
            open.Clear();
        }
    }

    /// <summary>What each channel is owed.</summary>
    /// <param name="halfLife">Seconds after which a touch counts half.</param>
    public IReadOnlyList<ChannelShare> Shares(double halfLife)
    {
        var n = channels.Count;
        var (touches, first, last, linear, decay, position) = (new long[n], new double[n], new double[n], new double[n], new double[n], new double[n]);
        foreach (var path in converted)
        {
            var count = path.Touches.Length;
            first[path.Touches[0].Channel] += path.Value;
            last[path.Touches[^1].Channel] += path.Value;
            var weights = Array.ConvertAll(path.Touches, t => Math.Pow(0.5, (path.At - t.At) / halfLife));
            var all = weights.Sum();
            for (var i = 0; i < count; i++)
            {
                var channel = path.Touches[i].Channel;
                touches[channel]++;
                linear[channel] += path.Value / count;
                decay[channel] += path.Value * weights[i] / all;
                position[channel] += path.Value * (count == 1 ? 1 : count == 2 ? 0.5 : i == 0 || i == count - 1 ? 0.4 : 0.2 / (count - 2));
            }
        }

        var whole = Reached(-1);
        var effects = Enumerable.Range(0, n).Select(c => whole > 0 ? Math.Max(0, 1 - (Reached(c) / whole)) : 0).ToArray();
        var sum = effects.Sum();
        var value = Value;
        return [.. channels.Select(c => new ChannelShare(
            c.Key, touches[c.Value], first[c.Value], last[c.Value], linear[c.Value], decay[c.Value], position[c.Value], sum > 0 ? value * effects[c.Value] / sum : 0, effects[c.Value]))];
    }

    // States: channels from 0; start −1, conversion −2, nothing −3.
    private void Step(int[] path, bool isConversion)
    {
        Paths++;
        var from = -1;
        foreach (var channel in path.Append(isConversion ? -2 : -3))
        {
            steps[(from, channel)] = steps.GetValueOrDefault((from, channel)) + 1;
            from = channel;
        }
    }

    // The probability of a conversion from the start when a channel leads nowhere, by iteration (the chain is absorbing).
    private double Reached(int without)
    {
        var n = channels.Count;
        var totals = new double[n + 1];
        foreach (var ((from, _), count) in steps)
        {
            totals[from + 1] += count;
        }

        var reached = new double[n + 1];
        for (var round = 0; round < 10_000; round++)
        {
            var next = new double[n + 1];
            foreach (var ((from, to), count) in steps)
            {
                var value = to == -2 ? 1 : to < 0 || to == without ? 0 : reached[to + 1];
                next[from + 1] += count / totals[from + 1] * value;
            }

            var change = next.Zip(reached, (a, b) => Math.Abs(a - b)).Max();
            reached = next;
            if (change < 1e-14)
            {
                break;
            }
        }

        return reached[0];
    }

    private sealed record Path((double At, int Channel)[] Touches, double At, double Value);
}
