using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Etl.Privacy;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl;

/// <summary>Leaves out of what landed who was erased: first whoever comes under another number with a known e-mail address is put onto the list, then all on it go.</summary>
/// <param name="scratch">A session that may read and write the landing.</param>
/// <param name="landing">The landing.</param>
/// <param name="catalogue">The declarations.</param>
/// <param name="list">The list.</param>
internal sealed class SuppressedLoad(ISession scratch, LandingStore landing, Catalogue catalogue, SuppressionList list)
{
    /// <summary>Leaves them out.</summary>
    /// <returns>What landed without them, and how many records that were.</returns>
    public (IReadOnlyList<LandedStream> Landed, long Records) LeaveOut(IReadOnlyList<LandedStream> landed)
    {
        list.Fill(scratch);
        var persons = new LandedPersons(scratch, landing, catalogue, list);
        foreach (var stream in landed)
        {
            stream.Extracted.Batches.ToList().ForEach(b => persons.Recognise(stream.Stream.Source, stream.Stream.Stream, b));
        }

        var records = 0L;
        LandedBatch Without(LandedStream stream, LandedBatch batch)
        {
            var found = persons.Find(stream.Stream.Source, stream.Stream.Stream, batch);
            records += found.Count;
            return found.Count == 0 ? batch : persons.Remove(stream.Stream.Source, stream.Stream.Stream, batch, found);
        }

        return ([.. landed.Select(l => l with { Extracted = l.Extracted with { Batches = [.. l.Extracted.Batches.Select(b => Without(l, b))] } })], records);
    }
}
