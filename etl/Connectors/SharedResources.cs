namespace Crm.Analytics.Etl.Connectors;

/// <summary>What the streams of one source share while they are read: opened once, by whichever asks first, and closed together. Safe for several threads.</summary>
public sealed class SharedResources : IDisposable
{
    private readonly Dictionary<string, IDisposable> opened = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    /// <summary>The resource of this name; opens it when nobody has yet.</summary>
    /// <param name="name">Its name, e.g. <c>snapshot</c>.</param>
    /// <param name="open">Opens it; what it throws goes to the caller, and the next one tries again.</param>
    public T Get<T>(string name, Func<T> open)
        where T : class, IDisposable
    {
        lock (gate)
        {
            if (!opened.TryGetValue(name, out var resource))
            {
                opened.Add(name, resource = open());
            }

            return (T)resource;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            foreach (var resource in opened.Values)
            {
                resource.Dispose();
            }

            opened.Clear();
        }
    }
}
