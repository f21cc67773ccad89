using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Recovery.Child;

internal static class LandFiles
{
    /// <summary>Lands the files of a folder; says what became of them, and the most memory that the process ever had.</summary>
    public static void Land(string folder, string pattern)
    {
        using var instance = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 2, MemoryLimit = "512MB" });
        using var session = instance.Connect();
        var where = new SourceLocation("sources/shop.yaml", 1, 1);
        var stream = new SourceStream("lines", new Dictionary<string, OptionValue> { ["path"] = new([pattern], where) }, [], [], where);
        var source = new Source("shop", "files", new Dictionary<string, OptionValue>(), null, [stream], [], [], where);
        try
        {
            var extract = new StreamExtract(new FilesConnector(), new LandingStore(Path.Combine(folder, "landing")));
            var batch = extract.Run(new StreamContext(folder, source, stream, session), CommittedStream.Nothing).Batches[0];
            Console.WriteLine($"landed {batch.Files.Sum(f => f.Records)}");
            Console.WriteLine($"rejected {batch.Rejects.Count}");
            foreach (var reject in batch.Rejects.Take(5))
            {
                Console.WriteLine($"{reject.Path}: {reject.Reason}");
            }
        }
        catch (CrmException e)
        {
            Console.WriteLine($"{e.Where}: {e.Found}");
        }

        Console.WriteLine($"peak {System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64}");
    }
}
