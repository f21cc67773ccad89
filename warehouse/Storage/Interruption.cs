using DuckDB.NET.Data;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>
/// Interrupts a connection's running query when it is cancelled. An interrupt that comes before the query has begun is forgotten by DuckDB,
/// so it is repeated until the command ends.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private readonly DuckDBConnection _connection;
    private readonly CancellationTokenRegistration _registration;
    private bool _ended;

    public Interruption(DuckDBConnection connection, CancellationToken cancellation)
    {
        _connection = connection;
        _registration = cancellation.Register(() => Task.Run(RepeatAsync));
    }

    public void Dispose()
    {
        lock (_gate)
            _ended = true;
        _registration.Dispose();
    }

    private async Task RepeatAsync()
    {
        while (InterruptUnlessEnded())
            await Task.Delay(Pause);
    }

    private bool InterruptUnlessEnded()
    {
        lock (_gate)
        {
            if (!_ended)
                _connection.NativeConnection.Interrupt();
            return !_ended;
        }
    }
}
