using System.Security.Cryptography;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Reports.Output;

/// <summary>A file that was written.</summary>
/// <param name="Format">Its format, e.g. <c>xlsx</c>.</param>
/// <param name="Block">The block it holds; null when it holds the whole report.</param>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Hash of its bytes, lower-case hexadecimal.</param>
/// <param name="Rows">Rows of figures in it; null for pictures and pages.</param>
public sealed record OutputFile(string Format, string? Block, string Path, long Bytes, string Sha256, long? Rows);

/// <summary>Writes files so that a reader meets the old one or the whole new one, never a part.</summary>
internal static class OutputFiles
{
    /// <summary>Writes a file; the folder is made when it is missing.</summary>
    /// <exception cref="CrmException">It could not be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var unfinished = path + ".part";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            using (var to = File.Create(unfinished))
            {
                write(to);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CrmException(
                FailureKind.Failed, $"the report could not be written ({error.Message.TrimEnd('.')})", path, "a folder that can be written to and has room",
                "Choose another folder, or mend this one, and make the report again", error);
        }
    }

    /// <summary>What is known of a written file.</summary>
    public static OutputFile Of(string format, string? block, string path, long? rows)
    {
        using var file = File.OpenRead(path);
        return new OutputFile(format, block, path, file.Length, Convert.ToHexStringLower(SHA256.HashData(file)), rows);
    }
}
