using System.Globalization;
using Crm.Analytics.Etl;
using Spectre.Console;

namespace Crm.Analytics.Host.Terminal;

/// <summary>Shows on a terminal how far a run is: the step, its share, rows a second, time left. Redirected, it is silent.</summary>
internal sealed class ProgressDisplay : IProgress<RunProgress>, IDisposable
{
    private readonly TaskCompletionSource _done = new();
    private readonly Task? _drawing;
    private readonly Lock _guard = new();
    private ProgressContext? _context;
    private ProgressTask? _task;
    private string? _step;
    private long _began;

    private ProgressDisplay(bool visible) => _drawing = visible ? Draw() : null;

    public static ProgressDisplay Start(CommandContext context) => new(visible: !Console.IsErrorRedirected && !context.Json);

    public void Report(RunProgress value)
    {
        lock (_guard)
        {
            if (_context is null)
            {
                return;
            }

            if (value.Step != _step)
            {
                Finish();
                (_step, _began) = (value.Step, TimeProvider.System.GetTimestamp());
                _task = _context.AddTask(Markup.Escape(value.Step));
            }

            var seconds = TimeProvider.System.GetElapsedTime(_began).TotalSeconds;
            var speed = seconds > 0.5 && value.Rows > 0 ? string.Create(CultureInfo.InvariantCulture, $" {value.Rows / seconds:N0} rows/s") : "";
            _task!.Description = Markup.Escape(value.Step + speed);
            _task.IsIndeterminate = value.Share is null;
            _task.Value = 100 * (value.Share ?? 0);
        }
    }

    public void Dispose()
    {
        lock (_guard)
        {
            Finish();
            _context = null;
        }

        _done.TrySetResult();
        _drawing?.GetAwaiter().GetResult();
    }

    private void Finish()
    {
        if (_task is not null)
        {
            _task.IsIndeterminate = false;
            _task.Value = 100;
            _task.StopTask();
        }
    }

    private Task Draw()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().AutoClear(true).HideCompleted(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .StartAsync(context =>
            {
                lock (_guard)
                {
                    _context = context;
                }

                return _done.Task;
            });
    }
}
