namespace Crm.Analytics.Bench;

/// <summary>Where things are: the repository, the built program, the folder that measurements may fill.</summary>
internal static class Layout
{
    public static string Root { get; } = FindRoot();

    public static string Work => Path.Combine(Root, "bench", "work");

    /// <summary>The launcher: what a user starts, so its share counts.</summary>
    public static string Crm => Path.Combine(Root, OperatingSystem.IsWindows() ? "crm.cmd" : "crm");

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Crm.Analytics.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("bench runs from inside the repository");
    }
}
