using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Etl;
using Spectre.Console;

namespace Crm.Analytics.Host.Terminal;

/// <summary>
/// Shows on a terminal how far a run is: each step with its share, rows a second, records put aside and the time left. Redirected, it is silent; for
/// machines it tells the same as events, one JSON object a line.
/// </summary>
internal sealed class ProgressDisplay : IProgress<RunProgress>, IDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _done = new();
    private readonly Task? _drawing;
    private readonly TextWriter? _events;
    private readonly Lock _guard = new();
    private readonly Dictionary<string, Shown> _steps = new(StringComparer.Ordinal);
    private ProgressContext? _context;

    private ProgressDisplay(bool visible, TextWriter? events) => (_events, _drawing) = (events, visible ? Draw() : null);

    public static ProgressDisplay Start(CommandContext context) =>
        new(visible: context.Served is null && !Console.IsErrorRedirected && !context.Json, context.Json ? context.Error : null);

    public void Report(RunProgress value)
    {
        lock (_guard)
        {
            var now = TimeProvider.System.GetTimestamp();
            if (!_steps.TryGetValue(value.Step, out var shown))
            {
                // A step that does not run side by side with others ends where the next one begins.
                if (value.Rows == 0 && value.Share is null && !value.Step.StartsWith("land ", StringComparison.Ordinal))
                {
                    FinishAll();
                }

                _steps.Add(value.Step, shown = new(now, _context?.AddTask(Markup.Escape(value.Step))));
                WriteEvent(value, shown, now);
            }
            else if (_events is not null && TimeProvider.System.GetElapsedTime(shown.Told, now) >= Between)
            {
                WriteEvent(value, shown, now);
            }

            Show(value, shown, now);
        }
    }

    public void Dispose()
    {
        lock (_guard)
        {
            FinishAll();
            _context = null;
        }

        _done.TrySetResult();
        _drawing?.GetAwaiter().GetResult();
    }

    private static void Show(RunProgress value, Shown shown, long now)
    {
        if (shown.Task is not { } task)
        {
            return;
        }

        var seconds = TimeProvider.System.GetElapsedTime(shown.Began, now).TotalSeconds;
        var speed = seconds > 0.5 && value.Rows > 0 ? string.Create(CultureInfo.InvariantCulture, $" {value.Rows / seconds:N0} rows/s") : "";
        var rejects = value.Rejects > 0 ? string.Create(CultureInfo.InvariantCulture, $" {value.Rejects:N0} put aside") : "";
        task.Description = Markup.Escape(value.Step + speed + rejects);
        task.IsIndeterminate = value.Share is null;
        task.Value = 100 * (value.Share ?? 0);
    }

    private void WriteEvent(RunProgress value, Shown shown, long now)
    {
        if (_events is null)
        {
            return;
        }

        shown.Told = now;
        var seconds = TimeProvider.System.GetElapsedTime(shown.Began, now).TotalSeconds;
        _events.WriteLine(JsonSerializer.Serialize(new
        {
            @event = "progress",
            step = value.Step,
            share = value.Share,
            rows = value.Rows,
            rows_per_second = seconds > 0 && value.Rows > 0 ? Math.Round(value.Rows / seconds) : (double?)null,
            seconds_left = value.Share is > 0 and var share ? Math.Round(seconds * (1 - share) / share, 1) : (double?)null,
            rejects = value.Rejects,
        }));
    }

    private void FinishAll()
    {
        foreach (var task in _steps.Values.Select(s => s.Task).Where(t => t is { IsFinished: false }))
        {
            task!.IsIndeterminate = false;
            task.Value = 100;
            task.StopTask();
        }
    }

    private sealed class Shown(long began, ProgressTask? task)
    {
        public long Began { get; } = began;

        public ProgressTask? Task { get; } = task;

        public long Told { get; set; }
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
