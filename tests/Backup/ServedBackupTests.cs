using System.Globalization;
using Crm.Analytics.Host;
using Crm.Analytics.Host.Cli;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Backup;

/// <summary>What happens beside loads while a server has the warehouse open.</summary>
internal sealed class ServedBackupTests
{
    private const int Loads = 6;
    private SmallShop _shop = null!;

    [SetUp]
    public void Make()
    {
        _shop = new SmallShop("backup: {to: ../backup}\n");
        _shop.Deliver(1, 1000);
        _shop.Json("run");
        _shop.Run(_shop.Folder, "backup", "--make-key");
    }

    [TearDown]
    public void Delete() => _shop.Dispose();

    [Test]
    public async Task Totals_FiftyTimesASecondDuringLoads_AreEachOfOnePublishedRun()
    {
        var project = Composition.ReadProject(_shop.Folder);
        var context = Context(null);
        using var served = Composition.OpenToServe(project, context, "the test");
        var reader = Composition.Reader(new OpenWarehouse(null, served.Instance), project);
        var wrong = new List<string>();
        var seen = new Dictionary<int, int>();
        using var done = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            do
            {
                var answer = reader.Read(new CubeQuery { Measures = ["sales.lines", "sales.revenue", "sales.orders"] });
                var (run, row) = (answer.AsOf.Run!.Value, answer.Rows[0]);
                var figures = row.Values.Select(v => Convert.ToDecimal(v, CultureInfo.InvariantCulture)).ToArray();

                // Each run brings 1,000 lines of price 2, each an order of its own.
                if (figures[0] != 1000m * run || figures[1] != 2000m * run || figures[2] != 1000m * run)
                {
                    wrong.Add($"run {run}: {string.Join(", ", figures)}");
                }

                seen[run] = seen.GetValueOrDefault(run) + 1;
            }
            while (await pace.WaitForNextTickAsync() && !done.IsCancellationRequested);
        });
        for (var day = 2; day <= Loads; day++)
        {
            _shop.Deliver(day, 1000);
            var (code, error) = Command(served, "run");
            Assert.That(code, Is.Zero, error);
        }

        await done.CancelAsync();
        await reading;
        TestContext.Out.WriteLine($"{seen.Values.Sum()} answers over {seen.Count} states");
        Assert.That(wrong, Is.Empty);
        Assert.That(seen, Has.Count.GreaterThan(2));
        Assert.That(reader.Read(new CubeQuery { Measures = ["sales.lines"] }).AsOf.Run, Is.EqualTo(Loads));
    }

    [Test]
    public void Backup_WhileItIsServed_IsWhole_AndTheWarehouseStaysLocked()
    {
        var project = Composition.ReadProject(_shop.Folder);
        using (var served = Composition.OpenToServe(project, Context(null), "the test"))
        {
            _shop.Deliver(2, 1000);
            Assert.That(Command(served, "run").Code, Is.Zero);
            var (code, error) = Command(served, "backup");
            Assert.That(code, Is.Zero, error);
            Assert.That(RunFile.IsHeld(served.Path), Is.True);
            _shop.Deliver(3, 1000);
            Assert.That(Command(served, "run").Code, Is.Zero);
            Assert.That(Command(served, "backup").Code, Is.Zero);
        }

        _shop.Json("restore", "--from", _shop.Beside("backup"), "--to", _shop.Beside("second"), "--run", "2");
        _shop.Json("restore", "--from", _shop.Beside("backup"), "--to", _shop.Beside("third"));
        Assert.That(_shop.Totals(_shop.Beside("second")).Lines, Is.EqualTo(2000));
        Assert.That(_shop.Totals(_shop.Beside("third")).Lines, Is.EqualTo(3000));
    }

    private static CommandContext Context(ServedWarehouse? served) => new(Stream.Null, TextWriter.Null, CancellationToken.None) { Served = served };

    private (int Code, string Error) Command(ServedWarehouse served, params string[] arguments)
    {
        using var error = new StringWriter();
        return (CommandLine.Run(arguments, Stream.Null, error, CancellationToken.None, new CommandOrigin(served, _shop.Folder, true)), error.ToString());
    }
}
