using System.Globalization;
using Crm.Analytics.Tests.Etl;
using Crm.Analytics.Tests.Servers;

namespace Crm.Analytics.Tests.Recovery;

/// <summary>
/// Loads from files, PostgreSQL tables and pushed events, killed at the beginning of every step and at random moments, with the sources changing in between.
/// After a run that is left to end, the warehouse holds what the sources hold: nothing lost, nothing doubled, nothing repaired by hand.
/// </summary>
public sealed class KilledLoadTests
{
    private const int Attempts = 3;
    private static readonly bool isFull = Environment.GetEnvironmentVariable("CRM_TESTS_FULL") == "1";
    private readonly Dictionary<string, int> kills = new(StringComparer.Ordinal);
    private int series;

    [Test]
    public async Task Loads_KilledAtEveryStepAndAtRandomMoments_LoseAndDoubleNothing()
    {
        using var project = new TestProject(null);
        using var sources = new KilledSources(project, PostgresServer.Shared);
        await sources.Change();
        RunToEnd(project);
        await sources.Change();
        var (steps, milliseconds) = RunToEnd(project);
        Assert.That(steps, Is.SupersetOf(new[] { "land files/f", "land plain/g", "land shop/t", "land shop/c", "land events/e", "judge", "load fact_sales", "score nothing", "commit", "tidy up" }));
        MustBeLoaded(project, sources);

        // Without the long tests every third step is struck, and a few moments.
        steps = [.. steps.Where((_, i) => isFull || i % 3 == 0)];
        var (each, moments) = isFull ? (5, 200) : (1, 3);
        var atSteps = await KillAtSteps(project, sources, steps, each);
        var (atMoments, ended) = await KillAtMoments(project, sources, milliseconds, moments);
        TestContext.Out.WriteLine($"{atSteps} kills at the beginning of a step, {atMoments} at random moments ({ended} runs ended before theirs); {series} comparisons with the sources, no difference.");
        TestContext.Out.WriteLine(string.Join('\n', kills.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => $"{k.Value,5} kills in: {k.Key}")));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(steps.Where(s => kills.GetValueOrDefault(s) < each), Is.Empty, "each step must be struck");
            Assert.That(atMoments, Is.EqualTo(moments));
        }
    }

    private async Task<int> KillAtSteps(TestProject project, KilledSources sources, IReadOnlyList<string> steps, int each)
    {
        var struck = 0;
        foreach (var (i, step) in steps.Index())
        {
            var done = 0;
            for (var attempt = 0; done < each && attempt < each * Attempts; attempt++)
            {
                await sources.Change();
                using var child = new ChildProcess("run-to", project.Folder, step);
                var said = child.WaitForEnd();
                if (!HasEnded(said))
                {
                    done++;
                    Note(said, step);
                }
            }

            struck += done;
            if (isFull || i == steps.Count - 1)
            {
                RunToEnd(project);
                MustBeLoaded(project, sources);
            }
        }

        return struck;
    }

    private async Task<(int Kills, int Ended)> KillAtMoments(TestProject project, KilledSources sources, int milliseconds, int wanted)
    {
        var (random, struck, ended) = (new Random(7), 0, 0);
        while (struck < wanted && ended < wanted)
        {
            await sources.Change();
            using var child = new ChildProcess("run-for", project.Folder, random.Next(0, milliseconds).ToString(CultureInfo.InvariantCulture));
            var said = child.WaitForEnd();
            if (HasEnded(said))
            {
                ended++;
            }
            else
            {
                struck++;
                Note(said, Steps(said).LastOrDefault() ?? "(before the first step)");
            }

            if ((struck + ended) % 10 == 0)
            {
                // Other work on the machine makes runs longer or shorter, and the moments go with them.
                milliseconds = RunToEnd(project).Milliseconds;
                MustBeLoaded(project, sources);
            }
        }

        RunToEnd(project);
        MustBeLoaded(project, sources);
        return (struck, ended);
    }

    private void MustBeLoaded(TestProject project, KilledSources sources)
    {
        series++;
        var facts = project.Query<string>("SELECT order_id || '=' || CAST(CAST(unit_price AS INTEGER) AS VARCHAR) FROM star.fact_sales").Order(StringComparer.Ordinal).ToArray();
        var orders = sources.Orders();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(orders.Except(facts), Is.Empty, "lost");
            Assert.That(facts.Except(orders), Is.Empty, "not in any source");
            Assert.That(facts, Has.Length.EqualTo(orders.Length), "rows");
            Assert.That(project.Scalar<long>("SELECT count(DISTINCT (source_file, source_record)) FROM meta.quarantine"), Is.EqualTo(sources.BadLines()), "bad lines in the quarantine");
            Assert.That(project.Scalar<long>("SELECT count(*) FROM meta.run WHERE read <> loaded + unchanged + quarantined"), Is.Zero);
        }

        // A table that is read whole and landed before a kill is taken as it landed; the next run reads it as it is.
        RunToEnd(project);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                project.Query<string>("SELECT customer_id || '=' || country FROM star.dim_customer WHERE is_current AND NOT is_deleted AND NOT is_inferred AND customer_key > 0").Order(StringComparer.Ordinal),
                Is.EqualTo(sources.Customers()));
            Assert.That(project.Scalar<long>("""
                SELECT count(*) FROM (SELECT valid_to, lead(valid_from) OVER (PARTITION BY customer_key ORDER BY valid_from) AS next FROM star.dim_customer) WHERE next <> valid_to
                """), Is.Zero, "versions follow each other");
            Assert.That(project.Scalar<long>("SELECT count(*) FROM (SELECT customer_key FROM star.dim_customer GROUP BY ALL HAVING count(*) FILTER (is_current) <> 1)"), Is.Zero);
        }
    }

    private static (IReadOnlyList<string> Steps, int Milliseconds) RunToEnd(TestProject project)
    {
        using var child = new ChildProcess("run-for", project.Folder, "-1");
        var said = child.WaitForEnd();
        Assert.That(HasEnded(said), Is.True, said);
        return (Steps(said), int.Parse(said.Split('\n').First(l => l.StartsWith("ended ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture));
    }

    private static bool HasEnded(string said) => said.Contains("\nended ", StringComparison.Ordinal);

    private static List<string> Steps(string said) =>
        [.. said.Split('\n').Where(l => l.StartsWith("step ", StringComparison.Ordinal)).Select(l => l.Split(' ', 3)[2].Trim()).Distinct()];

    private void Note(string said, string step)
    {
        // A child that failed was not killed.
        Assert.That(said, Does.Not.Contain("Unhandled exception"), said);
        kills[step] = kills.GetValueOrDefault(step) + 1;
        if (isFull && kills.Values.Sum() % 20 == 0)
        {
            TestContext.Progress.WriteLine($"{kills.Values.Sum()} kills, {series} comparisons, last in: {step}");
        }
    }
}
