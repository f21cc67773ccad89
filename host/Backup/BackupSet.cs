namespace Crm.Analytics.Host.Backup;

/// <summary>One backup: what a project held at a moment.</summary>
/// <param name="Format">Version of this form; 1.</param>
/// <param name="Project">Name of the project.</param>
/// <param name="At">When it was made, UTC.</param>
/// <param name="Run">The newest published run in it; null for none.</param>
/// <param name="Program">Version of the program.</param>
/// <param name="Warehouse">Path of the warehouse file in it.</param>
/// <param name="Files">Its files.</param>
internal sealed record BackupSet(int Format, string Project, DateTimeOffset At, int? Run, string Program, string Warehouse, IReadOnlyList<BackupFile> Files)
{
    /// <summary>Bytes of all its files.</summary>
    public long Bytes => Files.Sum(f => f.Length);
}

/// <summary>A file of a backup.</summary>
/// <param name="Path">Path in the project, with forward slashes.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">When it was changed last, UTC.</param>
/// <param name="Sha256">Hash of its content, in hexadecimal.</param>
/// <param name="Pieces">Names of its pieces, in order.</param>
internal sealed record BackupFile(string Path, long Length, DateTimeOffset Modified, string Sha256, IReadOnlyList<string> Pieces);
