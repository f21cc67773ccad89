namespace Crm.Analytics.Host.Jobs;

/// <summary>Tells errors of the scheduler, such as a store that cannot be written, where the server tells of its jobs: otherwise a job that did not begin would do so in silence.</summary>
/// <param name="say">Told.</param>
internal sealed class SaidErrors(Action<string> say) : ILoggerProvider, ILogger
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            var cause = exception?.GetBaseException().Message;
            say($"jobs: {formatter(state, exception)}{(cause is null ? "" : $" ({cause})")}");
        }
    }

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public void Dispose()
    {
        // It holds nothing.
    }
}
