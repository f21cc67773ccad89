using System.Runtime.CompilerServices;

namespace Crm.Analytics.Tests.Golden;

/// <summary>Compares a text with the reviewed one in this folder; with CRM_UPDATE_GOLDEN=1 in the environment it writes the file instead.</summary>
internal static class GoldenFile
{
    public static void Check(string name, string actual, [CallerFilePath] string caller = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(caller))!, "Golden", name);
        if (Environment.GetEnvironmentVariable("CRM_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        Assert.That(File.Exists(path), Is.True, $"no golden file {path}; CRM_UPDATE_GOLDEN=1 writes it");
        Assert.That(actual, Is.EqualTo(File.ReadAllText(path).ReplaceLineEndings("\n")), name);
    }
}
