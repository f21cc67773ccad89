namespace Crm.Analytics.Host.Serving;

/// <summary>Where a command that another process sent comes from.</summary>
/// <param name="Served">The warehouse that this process has open.</param>
/// <param name="Folder">Full path of the folder it was given in.</param>
/// <param name="Redirected">True when a program reads its answer.</param>
internal sealed record CommandOrigin(ServedWarehouse Served, string Folder, bool Redirected)
{
    /// <summary>How it was given, as the audit log says it: <c>console</c>, <c>job</c>, <c>web</c>.</summary>
    public string Through { get; init; } = "console";

    /// <summary>Who gave it; null for the user of this account.</summary>
    public string? Who { get; init; }
}
