using Crm.Analytics.Tests.Etl;

namespace Crm.Analytics.Tests.Recovery;

public sealed class KilledRunTests
{
    [Test]
    public void Run_KilledAtAnyStep_RunAgainGivesTheTablesOfAnUndisturbedRun()
    {
        using var undisturbed = Project();
        var steps = Run(undisturbed);
        Second(undisturbed);
        Run(undisturbed);
        var expected = undisturbed.Hashes();
        Assert.That(steps, Has.Length.GreaterThan(6));

        var stride = Environment.GetEnvironmentVariable("CRM_TESTS_FULL") == "1" ? 1 : 2;
        for (var step = 1; step <= steps.Length; step += stride)
        {
            using var killed = Project();
            KillAt(killed, step);
            Run(killed);
            Second(killed);
            KillAt(killed, steps.Length + 1 - step);
            Run(killed);
            Assert.That(killed.Hashes(), Is.EqualTo(expected), $"killed at {steps[step - 1]}");
        }
    }

    [Test]
    public void Run_CancelledAtAnyStep_ChangesNothingAndTheNextRunIsFine()
    {
        using var undisturbed = Project();
        undisturbed.Run();
        var expected = undisturbed.Hashes();
        for (var at = 1; at <= 8; at += 2)
        {
            using var project = Project();
            using var cancel = new CancellationTokenSource();
            var reports = 0;
            var progress = new Reporting(() =>
            {
                if (++reports == at)
                {
                    cancel.Cancel();
                }
            });
            Assert.That(() => project.Run(progress, cancel.Token), Throws.InstanceOf<OperationCanceledException>(), $"report {at}");
            Assert.That(project.Scalar<long>("SELECT count(*) FROM meta.run"), Is.Zero);
            project.Run();
            Assert.That(project.Hashes(), Is.EqualTo(expected), $"report {at}");
        }
    }

    private static TestProject Project()
    {
        var project = new TestProject();
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France", "2,B,Chair,1,2011-01-01 11:00:00,9,,France", "3,A,Lamp,x,2011-01-01 12:00:00,9,c2,France");
        project.Day("2011-01-02", "4,A,Red lamp,1,2011-01-02 10:00:00,4.00,c1,Spain", "C5,B,Chair,-1,2011-01-02 12:00:00,10.00,,Spain");
        return project;
    }

    private static void Second(TestProject project)
    {
        project.Day("2011-01-02", "4,A,Red lamp,2,2011-01-02 10:00:00,4.00,c1,Spain");
        project.Day("2011-01-03", "6,Z,,1,2011-01-03 10:00:00,4.00,c3,Spain");
    }

    private static string[] Run(TestProject project)
    {
        using var child = new ChildProcess("run", project.Folder);
        return [.. child.WaitForEnd().Split('\n').Where(l => l.StartsWith("step ", StringComparison.Ordinal))];
    }

    private static void KillAt(TestProject project, int step)
    {
        using var child = new ChildProcess("run", project.Folder, $"{step}");
        var said = child.WaitForEnd();
        Assert.That(said.Split('\n').Count(l => l.StartsWith("step ", StringComparison.Ordinal)), Is.EqualTo(step));
    }

    private sealed class Reporting(Action report) : IProgress<Analytics.Etl.RunProgress>
    {
        public void Report(Analytics.Etl.RunProgress value) => report();
    }
}
