using Crm.Analytics.Warehouse.Declarations;
using FsCheck;
using FsCheck.Fluent;

namespace Crm.Analytics.Tests.Loading;

/// <summary>
/// Random histories of members, delivered in any order with ties, repeats, deletes and replaced files, against an oracle that sees all at once. Many
/// members share one load, so that 10,000 take seconds; CRM_TESTS_FULL=1 tries them all.
/// </summary>
public sealed class ChangeHistoryTests
{
    private const int Members = 1000;
    private const int Steps = 6;
    private const int ReplacingStep = 4;

    private static int Cases => Environment.GetEnvironmentVariable("CRM_TESTS_FULL") == "1" ? 10 : 1;

    [Test]
    public void Load_RandomHistories_GivesWhatTheOracleSays()
    {
        var differences = new List<string>();
        var property = Prop.ForAll(Histories().ToArbitrary(), (Batch batch) => differences.AddRange(Differences(batch)));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Cases).WithReplay(20111209UL, 541909UL), property);
        Assert.That(differences, Is.Empty);
    }

    /// <summary>Loads all members step by step and compares both dimensions after each step.</summary>
    private static IEnumerable<string> Differences(Batch batch)
    {
        using var warehouse = new HistoryWarehouse();
        for (var step = 0; step < Steps; step++)
        {
            warehouse.Deliver(FileOf(step), batch.Histories.SelectMany((h, m) => h.Steps[step].Select((o, r) => (Name(m), o, r + 1))));
            foreach (var dimension in HistoryModel.Catalogue.Dimensions.Values)
            {
                var found = warehouse.Rows(dimension);
                for (var m = 0; m < batch.Histories.Length; m++)
                {
                    var said = Said(batch.Histories[m], step).ToList();
                    var expected = said.Count == 0 ? [] : HistoryOracle.Rows(HistoryModel.Of(dimension), said, dimension.IsVersioned);
                    var rows = found.GetValueOrDefault(Name(m), []);
                    if (!rows.SequenceEqual(expected))
                    {
                        yield return Told(dimension, batch.Histories[m], step, rows, expected);
                    }
                }
            }
        }
    }

    /// <summary>What stands after a step: of each file its last delivery.</summary>
    private static IEnumerable<(Observation, int, int)> Said(History history, int step) => Enumerable.Range(0, step + 1)
        .Where(s => !(step >= ReplacingStep && s == FileOf(ReplacingStep) - 1))
        .SelectMany(s => history.Steps[s].Select((o, r) => (o, FileOf(s), r + 1)));

    /// <summary>One step delivers the second file again with other content; the others bring files of their own.</summary>
    private static int FileOf(int step) => step == ReplacingStep ? 2 : step + 1;

    private static string Name(int member) => member % 2 == 0 ? $"thing|{member}" : $"Thíng {member}";

    private static string Told(Dimension dimension, History history, int step, List<string> rows, List<string> expected) =>
        $"{dimension.Name} after step {step}:\n{string.Join("\n", history.Steps.Select((s, i) => $"  {i}: {string.Join("; ", s.Select(o => $"day {o.Day} [{string.Join(",", o.Values.Select(v => v is null ? "NULL" : $"'{v}'"))}]{(o.Deleted ? " deleted" : "")}"))}"))}\n"
        + $" found:\n  {string.Join("\n  ", rows)}\n expected:\n  {string.Join("\n  ", expected)}\n";

    private static Gen<Batch> Histories() => History().ArrayOf(Members).Select(h => new Batch(h));

    private static Gen<History> History()
    {
        var value = Gen.Elements<string?>(null, null, "", "a", "b");
        var observation =
            from day in Gen.Choose(0, 5)
            from values in value.ArrayOf(HistoryModel.Attributes.Count)
            from deleted in Gen.Choose(0, 9)
            select new Observation(day, values, deleted == 0);
        var fresh = Gen.Choose(0, 3).SelectMany(n => observation.ArrayOf(n));
        return
            from steps in fresh.ArrayOf(Steps)
            from repeats in Gen.Choose(0, Steps * 4)
            select new History(Repeated(steps, repeats));
    }

    /// <summary>Sometimes a step brings what an earlier one brought already.</summary>
    private static Observation[][] Repeated(Observation[][] steps, int repeats)
    {
        if (repeats is > 0 and < Steps)
        {
            steps[repeats] = [.. steps[repeats - 1], .. steps[repeats].Take(1)];
        }

        return steps;
    }

    /// <summary>Members that are loaded together; a name instead of its long content when it is told.</summary>
    private sealed class Batch(History[] histories)
    {
        public History[] Histories => histories;

        public override string ToString() => $"{histories.Length} histories";
    }
}
