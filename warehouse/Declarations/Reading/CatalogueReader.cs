namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>Reads the standard CRM model that comes with the program (warehouse/Crm).</summary>
public static class CatalogueReader
{
    private const string Prefix = "crm/";

    /// <summary>The standard model alone, without any project.</summary>
    public static Catalogue ReadStandard()
    {
        var problems = new List<Problem>();
        var reader = new ModelReader(problems);
        ReadStandard(reader);
        var catalogue = reader.Build().ToCatalogue();
        return problems.Count == 0 ? catalogue : throw new DeclarationException(problems);
    }

    /// <summary>Reads the files of the standard model.</summary>
    internal static void ReadStandard(ModelReader reader)
    {
        foreach (var (file, bytes) in StandardFiles())
        {
            reader.Read(file, bytes, standard: true);
        }
    }

    /// <summary>Path and content of each file of the standard model, in the order of paths.</summary>
    internal static IEnumerable<(string File, byte[] Bytes)> StandardFiles()
    {
        var assembly = typeof(CatalogueReader).Assembly;
        var names = Array.FindAll(assembly.GetManifestResourceNames(), static n => n.Replace('\\', '/').StartsWith(Prefix, StringComparison.Ordinal));
        Array.Sort(names, StringComparer.Ordinal);
        foreach (var name in names)
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            yield return (name.Replace('\\', '/'), bytes);
        }
    }
}
