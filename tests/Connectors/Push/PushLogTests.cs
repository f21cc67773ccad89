using System.Text;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Connectors.Push;
using Crm.Analytics.Tests.Connectors.Records;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Connectors.Push;

internal sealed class PushLogTests
{
    private const string Source = "source: api\nconnector: push\ntoken: ${TOKEN}\nstreams:\n  orders: {max_events: 3}\n";

    [Test]
    public async Task Append_ManyTogether_AllStandInTheLogOnce()
    {
        using var project = new ConnectorProject(Source);
        await using (var log = Open(project))
        {
            var receipts = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Task.Run(() => log.Append($"k{i}", Event(i), 1))));
            Assert.That(receipts.Select(r => r.At).Distinct().Count(), Is.EqualTo(300));
        }

        var landed = new StreamExtract(project.Connector, project.Store).Run(project.Stream(), project.Committed());
        Assert.That(landed.Batches.SelectMany(b => project.Rows(b, "id")), Is.EquivalentTo(Enumerable.Range(0, 300).Select(i => $"{i}")));
    }

    [Test]
    public async Task Append_TheSameKeyAgain_IsAnsweredAlikeAndStoredOnce()
    {
        using var project = new ConnectorProject(Source);
        PushReceipt first;
        await using (var log = Open(project))
        {
            var both = await Task.WhenAll(log.Append("a", Event(1), 1), log.Append("a", Event(1), 1));
            first = both[0];
            Assert.That(both[1], Is.EqualTo(first));
            await log.Append("b", Event(2), 1);
        }

        await using (var log = Open(project))
        {
            Assert.That(await log.Append("a", Event(1), 1), Is.EqualTo(first), "also by the process that comes after");
            Assert.Throws<PushKeyReusedException>(() => log.Append("a", Event(3), 1));
            await log.Append(null, Event(1), 1);
        }

        Assert.That(project.Rows(project.Land(), "id"), Is.EqualTo(new[] { "1", "2", "1" }));
    }

    [Test]
    public async Task Read_ALogCutAnywhere_IsWhatWasWholeAndGoesOnBehindIt()
    {
        using var project = new ConnectorProject(Source);
        var folder = PushLog.FolderOf(project.Folder, "api", "orders");
        var ends = new List<long> { 0 };
        await using (var log = Open(project))
        {
            for (var i = 1; i <= 3; i++)
            {
                await log.Append($"k{i}", Event(i), 1);
                ends.Add(log.End.Offset);
            }
        }

        var whole = await File.ReadAllBytesAsync(PushSegment.PathOf(folder, 1));
        for (var length = 0; length < whole.Length; length += 7)
        {
            Directory.Delete(folder, recursive: true);
            Directory.CreateDirectory(folder);
            await File.WriteAllBytesAsync(PushSegment.PathOf(folder, 1), whole[..length]);
            await using (var log = Open(project))
            {
                await log.Append("k3", Event(3), 1);
            }

            var kept = ends.Count(e => e <= length) - 1;
            Assert.That(Ids(folder), Is.EqualTo(Enumerable.Range(1, kept).Append(3)), $"cut at {length}");
        }
    }

    [Test]
    public async Task Read_ADamagedByte_EndsTheSegmentThere()
    {
        using var project = new ConnectorProject(Source);
        var folder = PushLog.FolderOf(project.Folder, "api", "orders");
        PushPosition end;
        await using (var log = Open(project))
        {
            await log.Append("a", Event(1), 1);
            end = log.End;
            await log.Append("b", Event(2), 1);
        }

        var bytes = await File.ReadAllBytesAsync(PushSegment.PathOf(folder, 1));
        bytes[^3] ^= 1;
        await File.WriteAllBytesAsync(PushSegment.PathOf(folder, 1), bytes);
        await using (var log = Open(project))
        {
            await log.Append("c", Event(3), 1);
        }

        var batch = project.Land();
        Assert.That(project.Rows(batch, "id"), Is.EqualTo(new[] { "1", "3" }));
        Assert.That(batch.Files[0].Warnings.Single(), Does.StartWith($"{bytes.Length - end.Offset} bytes at the end of a segment are no whole request"));
    }

    [Test]
    public async Task Append_WithAKey_IsCiphertextAtTheSamePlacesAndReadBack()
    {
        using var project = new ConnectorProject(Source);
        var folder = PushLog.FolderOf(project.Folder, "api", "orders");
        var (key, other) = (DataKey.Parse(new string('1', 32) + new string('a', 32))!, DataKey.Parse(new string('2', 32) + new string('b', 32))!);
        var (clear, places) = (new List<PushPosition>(), new List<PushPosition>());
        foreach (var (seal, at) in new[] { ((DataKey?)null, clear), (key, places) })
        {
            Directory.CreateDirectory(folder);
            Directory.Delete(folder, recursive: true);
            await using var log = PushLog.Open(folder, TimeSpan.FromDays(7), project.Clock, seal);
            at.Add((await log.Append("key-of-ann@x.example", Event(1), 1)).At);
            at.Add((await log.Append(null, Event(2), 1)).At);
        }

        Assert.That(places, Is.EqualTo(clear));
        var bytes = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(PushSegment.PathOf(folder, 1)));
        Assert.That(bytes, Does.Not.Contain("ann@x").And.Not.Contain("id"));
        await using (var again = PushLog.Open(folder, TimeSpan.FromDays(7), project.Clock, key))
        {
            Assert.That((await again.Append("key-of-ann@x.example", Event(1), 1)).At, Is.EqualTo(places[0]), "known by its key");
            Assert.That(() => again.Append("key-of-ann@x.example", Event(3), 1), Throws.InstanceOf<PushKeyReusedException>());
        }

        Assert.That(Assert.Throws<CrmException>(() => PushLog.Open(folder, TimeSpan.FromDays(7), project.Clock, other))!.Found, Does.Contain("another key"));
        Assert.That(Assert.Throws<CrmException>(() => Ids(folder).ToList())!.Found, Does.Contain("encrypted"));
        PushLog.Reseal(folder, [key], other);
        Assert.That(PushConnector.Frames(folder, default, other).Select(f => f.At), Is.EqualTo(places));
        PushLog.Reseal(folder, [other], null);
        Assert.That(Ids(folder), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public async Task Extract_WhileEventsCome_ReadsEachOnceInChunks()
    {
        using var project = new ConnectorProject(Source);
        Assert.That(project.Land().Files, Is.Empty, "nothing is there");
        await using var log = Open(project);
        await log.Append(null, Encoding.UTF8.GetBytes("{\"id\":0,\"a\":\"x\"}\n{\"id\":1,\"A\":2}\n"), 2);
        var first = project.Land();
        Assert.That(project.Land().Files, Is.Empty, "nothing new is there");
        for (var i = 2; i < 9; i++)
        {
            await log.Append(null, Event(i), 1);
        }

        var landed = new StreamExtract(project.Connector, project.Store).Run(project.Stream(), project.Committed());
        Assert.Multiple(() =>
        {
            Assert.That(project.Rows(first, "id", "a", "A_2", "_received_at"), Is.EqualTo(new[] { "0|x|∅|2026-03-01T12:00:00.000Z", "1|∅|2|2026-03-01T12:00:00.000Z" }));
            Assert.That(landed.Batches.Select(b => string.Join(' ', project.Rows(b, "id"))), Is.EqualTo(new[] { "2 3 4", "5 6 7", "8" }));
            Assert.That(landed.Batches.Select(b => b.HasMore), Is.EqualTo(new[] { true, true, false }));
            Assert.That(landed.Batches[2].Columns.Select(c => c.Name), Is.EqualTo(first.Columns.Select(c => c.Name)));
        });
    }

    [Test]
    public async Task Forget_DeletesWhatIsLoadedAndOld()
    {
        using var project = new ConnectorProject(Source);
        var folder = PushLog.FolderOf(project.Folder, "api", "orders");
        for (var i = 1; i <= 3; i++)
        {
            await using var log = Open(project);
            await log.Append($"k{i}", Event(i), 1);
        }

        var clock = (QuickClock)project.Clock;
        foreach (var number in PushSegment.Numbers(folder))
        {
            File.SetLastWriteTimeUtc(PushSegment.PathOf(folder, number), clock.GetUtcNow().UtcDateTime);
        }

        await using var last = Open(project);
        last.Forget(new(3, 0));
        Assert.That(PushSegment.Numbers(folder), Is.EqualTo(new[] { 1, 2, 3 }), "they are young");
        clock.Advance(TimeSpan.FromDays(8));
        last.Forget(new(2, 0));
        Assert.That(PushSegment.Numbers(folder), Is.EqualTo(new[] { 2, 3 }), "the others are not loaded");
    }

    [Test]
    public async Task Open_BySomebodyElseToo_IsBusy()
    {
        using var project = new ConnectorProject(Source);
        await using var log = Open(project);
        Assert.That(Assert.Throws<CrmException>(() => Open(project))!.Kind, Is.EqualTo(FailureKind.Busy));
    }

    private static PushLog Open(ConnectorProject project) => PushLog.Open(PushLog.FolderOf(project.Folder, "api", "orders"), TimeSpan.FromDays(7), project.Clock);

    private static byte[] Event(int id) => Encoding.UTF8.GetBytes($"{{\"id\":{id}}}\n");

    private static IEnumerable<int> Ids(string folder) => PushConnector.Frames(folder, default)
        .Select(f => int.Parse(Encoding.UTF8.GetString(f.Payload.Span).Trim('{', '}', '\n').Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
}
