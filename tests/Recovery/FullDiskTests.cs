using System.Diagnostics;
using System.Globalization;
using Crm.Analytics.Tests.Architecture;
using Crm.Analytics.Tests.Etl;

namespace Crm.Analytics.Tests.Recovery;

/// <summary>
/// A run that can write no more: no file of its process may grow over a limit, as on a disk that is full. Whatever the level, what was loaded stays readable,
/// the error says what to do, and with room again the same run loads everything once.
/// </summary>
[Platform(Exclude = "Win", Reason = "Windows has no limit on the size of a process's files")]
public sealed class FullDiskTests
{
    private const int Lines = 40_000;

    public static IEnumerable<int> Levels()
    {
        var count = Environment.GetEnvironmentVariable("CRM_TESTS_FULL") == "1" ? 20 : 4;
        return Enumerable.Range(1, count).Select(i => i * (4000 / count));
    }

    [TestCaseSource(nameof(Levels))]
    public void Run_OutOfRoom_LosesNothingAndGoesOnWithRoom(int kilobytes)
    {
        using var project = new TestProject();
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France");
        Assert.That(Run(project, null).Code, Is.Zero);
        project.Day("2011-01-02", [.. Enumerable.Range(0, Lines).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"o{i},P{i % 97},Thing {i % 97} {Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddDays(i)):N},1,2011-01-02 10:00:00,1.00,c{i * 7919 % 5000},France"))]);
        var (code, error) = Run(project, kilobytes);
        if (code != 0)
        {
            Assert.That(code, Is.EqualTo(1), error);
            Assert.That(error, Does.Not.Contain("   at "), "a stack trace is nobody's help");
            Assert.That(error, Does.Contain("run again").Or.Contain("Run again").Or.Contain("try again"), error);
            Assert.That(project.Scalar<long>("SELECT count(*) FROM star.fact_sales"), Is.EqualTo(1), "what was loaded is readable");
        }

        Assert.That(Run(project, null).Code, Is.Zero);
        Assert.That(project.Scalar<long>("SELECT count(*) FROM star.fact_sales"), Is.EqualTo(1 + Lines));
        Assert.That(project.Scalar<long>("SELECT count(DISTINCT order_id) FROM star.fact_sales"), Is.EqualTo(1 + Lines));
    }

    /// <summary>Runs <c>crm run</c>; its files may have at most so many kilobytes, null for no limit.</summary>
    private static (int Code, string Error) Run(TestProject project, int? kilobytes)
    {
        // The shell counts in blocks of 512 bytes. The signal is ignored, so that the write itself fails.
        var limit = kilobytes is { } most ? string.Create(CultureInfo.InvariantCulture, $"trap '' XFSZ; ulimit -f {most * 2}; ") : "";
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", $"{limit}exec \"$0\" run --project \"$1\"", Path.Combine(SourceTree.Root, "crm"), project.Folder },
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        // The runtime would map its code twice, through a file in memory that the limit forbids.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error + output.Result);
    }
}
