using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Crm.Analytics.Tests.Servers;

/// <summary>
/// A real PostgreSQL of its own for the tests: made in a temporary folder, on 127.0.0.1 and a free port, with logical decoding on; ended by its own id.
/// PostgreSQL refuses to run as root, so there it runs as the user postgres or nobody.
/// </summary>
internal sealed class PostgresServer : IDisposable
{
    public const string Password = "s3cret-of-the-tests";

    private static readonly Lazy<PostgresServer?> shared = new(Start);
    private readonly string folder;
    private readonly Process process;
    private int ended;

    private PostgresServer(string folder, Process process, int port) => (this.folder, this.process, Port) = (folder, process, port);

    public int Port { get; }

    /// <summary>The server that all tests share; the test is ignored where PostgreSQL is not installed.</summary>
    public static PostgresServer Shared
    {
        get
        {
            if (shared.Value is null)
            {
                Assert.Ignore("PostgreSQL is not installed (Debian: apt-get install postgresql)");
            }

            return shared.Value!;
        }
    }

    /// <summary>Ends the shared server when one was started.</summary>
    public static void EndShared()
    {
        if (shared.IsValueCreated)
        {
            shared.Value?.Dispose();
        }
    }

    public string ConnectionString(string database = "postgres") => string.Create(
        CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username=crm;Password={Password};Database={database}");

    public NpgsqlConnection Connect(string database = "postgres")
    {
        var connection = new NpgsqlConnection($"{ConnectionString(database)};Pooling=false");
        connection.Open();
        return connection;
    }

    public void Run(string sql, string database = "postgres")
    {
        using var connection = Connect(database);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>A new empty database.</summary>
    public string NewDatabase()
    {
        var name = $"t{Guid.NewGuid():N}";
        Run($"CREATE DATABASE {name}");
        return name;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref ended, 1) == 1)
        {
            return;
        }

        if (!process.HasExited)
        {
            // SIGINT asks for a fast shut-down; the launcher passes it on, since it became the server itself.
            using var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
            if (!process.WaitForExit(20_000))
            {
                process.Kill();
                process.WaitForExit();
            }
        }

        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static string? Binaries() => !Directory.Exists("/usr/lib/postgresql") ? null
        : Directory.EnumerateDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin"))
            .Where(b => File.Exists(Path.Combine(b, "initdb")) && File.Exists(Path.Combine(b, "postgres"))).OrderDescending(StringComparer.Ordinal).FirstOrDefault();

    private static PostgresServer? Start()
    {
        if (Binaries() is not { } binaries)
        {
            return null;
        }

        var folder = Directory.CreateTempSubdirectory("crm-postgres-").FullName;
        var user = Environment.IsPrivilegedProcess ? Unprivileged(folder) : null;
        var secret = Path.Combine(folder, "password");
        File.WriteAllText(secret, Password);
        if (!OperatingSystem.IsWindows())
        {
            // The server's user reads it, whatever the mask of ours.
            File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        var data = Path.Combine(folder, "data");
        using (var initdb = Launch(user, Path.Combine(binaries, "initdb"), "-D", data, "-U", "crm", "--auth=scram-sha-256", $"--pwfile={secret}", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"))
        {
            Ended(initdb);
        }

        var port = FreePort();
        var process = Launch(
            user, Path.Combine(binaries, "postgres"), "-D", data, "-p", port.ToString(CultureInfo.InvariantCulture), "-k", folder, "-c", "listen_addresses=127.0.0.1",
            "-c", "wal_level=logical", "-c", "fsync=off", "-c", "max_replication_slots=40", "-c", "max_wal_senders=4", "-c", "shared_buffers=64MB",
            "-c", "max_connections=60", "-c", "log_min_messages=fatal");
        var server = new PostgresServer(folder, process, port);

        // Where the runner leaves without its last tear-down.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Dispose();
        server.Wait();
        return server;
    }

    private static string Unprivileged(string folder)
    {
        var user = File.ReadAllText("/etc/passwd").Contains("\npostgres:", StringComparison.Ordinal) ? "postgres" : "nobody";
        using var chown = Launch(null, "chown", user, folder);
        Ended(chown);
        return user;
    }

    private static Process Launch(string? user, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(user is null ? program : "setpriv") { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        string[] all = user is null ? arguments : ["--reuid", user, "--regid", GroupOf(user), "--clear-groups", program, .. arguments];
        foreach (var argument in all)
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static string GroupOf(string user) =>
        File.ReadLines("/etc/passwd").Select(l => l.Split(':')).First(p => p[0] == user)[3];

    private static void Ended(Process process)
    {
        var errors = new List<string?>();
        process.ErrorDataReceived += (_, e) => errors.Add(e.Data);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{process.StartInfo.FileName} ended with {process.ExitCode}: {string.Join('\n', errors)}");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Wait()
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                Run("SELECT 1");
                return;
            }
            catch (NpgsqlException) when (clock.Elapsed < TimeSpan.FromSeconds(60) && !process.HasExited)
            {
                Task.Delay(100).Wait();
            }
        }
    }
}
