namespace Crm.Analytics.Models.Campaigns;

/// <summary>What a channel is owed by one rule.</summary>
/// <param name="Conversions">Conversions.</param>
/// <param name="Value">Their value.</param>
internal readonly record struct Credit(double Conversions, double Value)
{
    /// <summary>Adds two credits.</summary>
    public static Credit operator +(Credit a, Credit b) => new(a.Conversions + b.Conversions, a.Value + b.Value);
}

/// <summary>What a channel is owed.</summary>
internal sealed record ChannelShare(string Channel, long Touches, Credit First, Credit Last, Credit Linear, Credit TimeDecay, Credit Position, Credit Markov, double RemovalEffect);

/// <summary>
/// Paths of touches, taken in customer by customer in the order of time; a path ends with a conversion, or open. Only sums are kept, so that memory does not grow
/// with the customers.
/// </summary>
/// <param name="lookback">Seconds before a conversion within which touches count.</param>
/// <param name="halfLife">Seconds after which a touch counts half by time-decay.</param>
internal sealed class AttributionPaths(double lookback, double halfLife)
{
    private readonly Dictionary<string, int> channels = new(StringComparer.Ordinal);
    private readonly List<Sums> sums = [];
    private readonly Dictionary<(int From, int To), double> steps = [];
    private readonly List<(double At, int Channel)> open = [];
    private string? customer;
    private long touches;

    /// <summary>All paths, those without a conversion too.</summary>
    public long Paths { get; private set; }

    /// <summary>Paths that converted.</summary>
    public long Conversions { get; private set; }

    /// <summary>Value of their conversions.</summary>
    public double Value { get; private set; }

    /// <summary>Conversions without a touch within the lookback.</summary>
    public long UntouchedConversions { get; private set; }

    /// <summary>Value of these.</summary>
    public double UntouchedValue { get; private set; }

    /// <summary>Touches on a path that converted, on average.</summary>
    public double TouchesPerConversion => (double)touches / Conversions;

    /// <summary>Adds a touch; what belongs to a customer comes together, in the order of time.</summary>
    public void Touch(string who, double at, string channel)
    {
        Begin(who);
        if (!channels.TryGetValue(channel, out var number))
        {
            channels.Add(channel, number = channels.Count);
            sums.Add(new Sums());
        }

        open.Add((at, number));
    }

    /// <summary>Adds a conversion, which ends the customer's path.</summary>
    public void Convert(string who, double at, double value)
    {
        Begin(who);
        open.RemoveAll(t => at - t.At > lookback);
        if (open.Count == 0)
        {
            UntouchedConversions++;
            UntouchedValue += value;
            return;
        }

        Conversions++;
        Value += value;
        touches += open.Count;
        var all = open.Sum(t => Weight(at, t.At));
        for (var i = 0; i < open.Count; i++)
        {
            var sum = sums[open[i].Channel];
            sum.Touches++;
            sum.First += Part(i == 0 ? 1 : 0, value);
            sum.Last += Part(i == open.Count - 1 ? 1 : 0, value);
            sum.Linear += Part(1.0 / open.Count, value);
            sum.TimeDecay += Part(Weight(at, open[i].At) / all, value);
            sum.Position += Part(open.Count == 1 ? 1 : open.Count == 2 ? 0.5 : i == 0 || i == open.Count - 1 ? 0.4 : 0.2 / (open.Count - 2), value);
        }

        Step(isConversion: true);
    }

    /// <summary>Ends the last customer's path.</summary>
    public void End()
    {
        if (open.Count > 0)
        {
            Step(isConversion: false);
        }
    }

    /// <summary>What each channel is owed; the credits of each rule sum to the conversions that were touched.</summary>
    public IReadOnlyList<ChannelShare> Shares()
    {
        var whole = Reached(-1);
        var effects = Enumerable.Range(0, channels.Count).Select(c => whole > 0 ? Math.Max(0, 1 - (Reached(c) / whole)) : 0).ToArray();
        var all = effects.Sum();
        return [.. channels.Select(c =>
        {
            var (sum, part) = (sums[c.Value], all > 0 ? effects[c.Value] / all : 0);
            return new ChannelShare(c.Key, sum.Touches, sum.First, sum.Last, sum.Linear, sum.TimeDecay, sum.Position, new(part * Conversions, part * Value), effects[c.Value]);
        })];
    }

    private static Credit Part(double share, double value) => new(share, share * value);

    private double Weight(double at, double touched) => Math.Pow(0.5, (at - touched) / halfLife);

    private void Begin(string who)
    {
        if (who != customer)
        {
            End();
            customer = who;
        }
    }

    // States: channels from 0; start −1, conversion −2, nothing −3.
    private void Step(bool isConversion)
    {
        Paths++;
        var from = -1;
        foreach (var (_, channel) in open)
        {
            Count(from, channel);
            from = channel;
        }

        Count(from, isConversion ? -2 : -3);
        open.Clear();

        void Count(int a, int b) => steps[(a, b)] = steps.GetValueOrDefault((a, b)) + 1;
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

    private sealed class Sums
    {
        public long Touches { get; set; }

        public Credit First { get; set; }

        public Credit Last { get; set; }

        public Credit Linear { get; set; }

        public Credit TimeDecay { get; set; }

        public Credit Position { get; set; }
    }
}
