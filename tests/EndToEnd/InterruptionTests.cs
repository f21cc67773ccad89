using System.Diagnostics;

namespace Crm.Analytics.Tests.EndToEnd;

internal sealed class InterruptionTests
{
    [Test]
    [Platform(Exclude = "Win", Reason = "a process cannot be sent Ctrl+C alone there")]
    public async Task Run_Interrupted_LosesNothing()
    {
        // On a busy machine a run can be over before the signal arrives; then another is interrupted.
        for (var trial = 1; !await IsInterrupted(); trial++)
        {
            Assert.That(trial, Is.LessThan(6), "no run could be interrupted: each ended before");
        }
    }

    private static async Task<bool> IsInterrupted()
    {
        var project = CopyOfTheDemo();
        try
        {
            using var run = CrmProgram.Start(project, "run");
            var said = run.StandardError.ReadToEndAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
            while (!Directory.EnumerateFiles(project, "*.run").Any() && !run.HasExited)
            {
                await Task.Delay(5, limit.Token);
            }

            using (var kill = Process.Start("kill", [Signal(), $"{run.Id}"]))
            {
                await kill.WaitForExitAsync(limit.Token);
            }

            await run.WaitForExitAsync(limit.Token);
            if (run.ExitCode == 0)
            {
                return false;
            }

            Assert.That(run.ExitCode, Is.EqualTo(1), await said);
            Assert.That(await said, Does.Contain("stopped").And.Not.Contain("   at "));

            var next = await CrmProgram.RunIn(project, "run", "--json");
            Assert.That(next.Code, Is.Zero, next.ToString());
            var revenue = await CrmProgram.RunIn(project, "query", "--measures", "sales.revenue", "--json");
            Assert.That(revenue.Json().GetProperty("data")[0].GetProperty("sales.revenue").GetDecimal(), Is.EqualTo(9_747_747.934m));
            return true;
        }
        finally
        {
            Directory.Delete(project, recursive: true);
        }
    }

    // A shell lets what it starts in the background ignore Ctrl+C, and that is inherited; the program ends by either signal alike.
    private static string Signal() =>
        File.Exists("/proc/self/status") && File.ReadLines("/proc/self/status").First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) is var ignored
        && (ulong.Parse(ignored.AsSpan(7).Trim(), System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture) & 2) != 0 ? "-TERM" : "-INT";

    private static string CopyOfTheDemo()
    {
        var project = Directory.CreateTempSubdirectory("crm-stop-").FullName;
        foreach (var file in new[] { "crm.yaml", Path.Combine("sources", "shop.yaml") }.Concat(
            Directory.EnumerateFiles(Path.Combine(DemoProject.Folder, "data"), "*.csv").Select(f => Path.GetRelativePath(DemoProject.Folder, f))))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(project, file))!);
            File.Copy(Path.Combine(DemoProject.Folder, file), Path.Combine(project, file));
        }

        return project;
    }
}
