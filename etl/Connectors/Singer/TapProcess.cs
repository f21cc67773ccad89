using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Etl.Connectors.Singer;

/// <summary>
/// A tap that runs: its files are readable by this user alone and gone when it ends; what it writes to standard error is watched; it and every process it
/// started end when reading is cancelled, or when it says nothing for too long.
/// </summary>
internal sealed class TapProcess : IDisposable
{
    private const int LinesKept = 20;
    private const int LineLimit = 2000;
    private static readonly TimeSpan ending = TimeSpan.FromSeconds(30);
    private readonly SingerOptions options;
    private readonly string name;
    private readonly Secrets secrets;
    private readonly string folder;
    private readonly Process process;
    private readonly Task errors;
    private readonly ITimer watch;
    private readonly CancellationTokenRegistration cancelled;
    private readonly CancellationToken cancellation;
    private readonly Lock gate = new();
    private readonly Queue<string> last = new();
    private string? critical;
    private long counted;
    private volatile bool isSilent;

    /// <summary>Starts a tap.</summary>
    /// <param name="tap">The source's tap.</param>
    /// <param name="workFolder">Where its files go: a folder inside is made for them.</param>
    /// <param name="arguments">Options beside <c>--config</c>, with the JSON of the file that each names; null for none.</param>
    /// <param name="cancellation">Ends it.</param>
    public TapProcess(Tap tap, string workFolder, IReadOnlyList<TapArgument> arguments, CancellationToken cancellation)
    {
        (options, name, secrets, this.cancellation) = (tap.Options, tap.Name, tap.Secrets, cancellation);
        folder = Path.Combine(workFolder, "tap");
        PrivateFolder(folder);
        var start = new ProcessStartInfo(tap.Program)
        {
            WorkingDirectory = tap.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        TapArgument[] config = options.Config is { } settings ? [new("--config", settings)] : [];
        var files = config.Concat(arguments).SelectMany(a => a.Json is null ? [a.Name] : new[] { a.Name, FileOf(a.Name, a.Json) });
        foreach (var argument in options.Command.Skip(1).Concat(files))
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            process = Process.Start(start)!;
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            Directory.Delete(folder, recursive: true);
            throw new CrmException(FailureKind.Failed, $"{options.Command[0]} does not start: {e.Message}", name, "a program that is installed", "Install the tap, or correct `command`", e);
        }

        process.StandardInput.Close();
        watch = TimeProvider.System.CreateTimer(_ => End(silent: true), null, options.Timeout, Timeout.InfiniteTimeSpan);
        cancelled = cancellation.Register(() => End(silent: false));
        errors = Task.Run(ReadErrors, CancellationToken.None);
    }

    /// <summary>Records that the tap has counted, by its metrics.</summary>
    public long Counted => Interlocked.Read(ref counted);

    /// <summary>Its messages: every line of standard output with its number. Ends when the tap has ended well, and throws when it has not.</summary>
    /// <param name="take">Takes a line, told its number from 1 and what is wrong with it as a line, if anything.</param>
    /// <param name="isEnough">Whether no more lines are wanted; then the tap is ended.</param>
    public void Read(LineTaker take, Func<bool>? isEnough = null)
    {
        using (var reader = new CsvRecordReader(process.StandardOutput.BaseStream, new CsvDialect(0, null, null, options.MaxLineBytes)))
        {
            while (reader.Read())
            {
                Alive();
                take(reader.Record, reader.Line, reader.Fault);
                if (isEnough?.Invoke() == true)
                {
                    return;
                }
            }
        }

        errors.Wait(ending, CancellationToken.None);
        var ended = process.WaitForExit(ending);
        cancellation.ThrowIfCancellationRequested();
        if (isSilent || !ended)
        {
            throw Failed(string.Create(CultureInfo.InvariantCulture, $"the tap said nothing for {options.Timeout.TotalSeconds:0} s and was ended"), "a tap that goes on", "Look at what it waits for, or raise `timeout`");
        }

        if (process.ExitCode != 0)
        {
            throw Failed(string.Create(CultureInfo.InvariantCulture, $"the tap ended with exit code {process.ExitCode}"), "exit code 0", "Correct what the tap says, then run again; nothing was loaded");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        cancelled.Dispose();
        watch.Dispose();
        End(silent: false);
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A failure of the tap, with its own last word.</summary>
    public CrmException Failed(string found, string expected, string next)
    {
        lock (gate)
        {
            var said = critical ?? last.LastOrDefault();
            return new(FailureKind.Failed, secrets.Redact(said is null ? found : $"{found}: {said}"), name, expected, next,
                last.Count == 0 ? null : new InvalidOperationException(secrets.Redact(string.Join('\n', last))));
        }
    }

    private void ReadErrors()
    {
        while (process.StandardError.ReadLine() is { } line)
        {
            Alive();
            if (line.IndexOf("METRIC: {", StringComparison.Ordinal) is >= 0 and var metric)
            {
                Count(line[(metric + "METRIC: ".Length)..]);
                continue;
            }

            line = line.Length > LineLimit ? line[..LineLimit] : line;
            lock (gate)
            {
                critical = line.Contains("CRITICAL", StringComparison.Ordinal) || line.Contains("FATAL", StringComparison.Ordinal) ? line.Trim() : critical;
                if (line.Trim().Length > 0)
                {
                    last.Enqueue(line.Trim());
                }

                if (last.Count > LinesKept)
                {
                    last.Dequeue();
                }
            }
        }
    }

    private void Count(string json)
    {
        try
        {
            using var metric = JsonDocument.Parse(json);
            if (metric.RootElement.GetProperty("metric").ValueEquals("record_count") && metric.RootElement.GetProperty("value").TryGetInt64(out var value) && value > 0)
            {
                Interlocked.Add(ref counted, value);
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // A metric that cannot be read is no reason to stop.
        }
    }

    private void Alive() => watch.Change(options.Timeout, Timeout.InfiniteTimeSpan);

    private void End(bool silent)
    {
        isSilent |= silent;
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself.
        }
    }

    private string FileOf(string option, string json)
    {
        var path = Path.Combine(folder, $"{option.TrimStart('-')}.json");
        var access = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            access.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new StreamWriter(path, access);
        file.Write(json);
        return path;
    }

    private static void PrivateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}

/// <summary>An option of a tap.</summary>
/// <param name="Name">The option, e.g. <c>--state</c>.</param>
/// <param name="Json">What the file holds that it names; null when it names none.</param>
internal readonly record struct TapArgument(string Name, string? Json);

/// <summary>Takes a line of a tap.</summary>
internal delegate void LineTaker(ReadOnlySpan<byte> line, long number, string? fault);

/// <summary>A tap as a source declares it.</summary>
/// <param name="Options">How it is run.</param>
/// <param name="Name">What errors name it by.</param>
/// <param name="Folder">The project folder, where it runs.</param>
/// <param name="Secrets">Takes secrets out of what it says.</param>
internal sealed record Tap(SingerOptions Options, string Name, string Folder, Secrets Secrets)
{
    /// <summary>The program: with a path, a file of the project; without, found as the system finds programs.</summary>
    public string Program => Options.Command[0].AsSpan().ContainsAny('/', '\\') ? Path.GetFullPath(Path.Combine(Folder, Options.Command[0])) : Options.Command[0];

    /// <summary>What the tap can read, as it says.</summary>
    public string Catalog(CancellationToken cancellation)
    {
        var work = Directory.CreateTempSubdirectory("crm-tap-");
        try
        {
            using var process = new TapProcess(this, work.FullName, [new("--discover", null)], cancellation);
            using var text = new MemoryStream();
            process.Read((line, _, _) =>
            {
                text.Write(line);
                text.WriteByte((byte)'\n');
            });
            return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }
}
