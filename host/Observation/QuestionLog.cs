using System.Globalization;
using System.Text;
using System.Text.Json;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Observation;

/// <summary>
/// What was asked of a warehouse and how long it took, a line of JSON for each question, in a file beside it: members only, never values, which may be
/// personal. Two files of bounded size; the older one goes when the newer is full. Safe for use from several threads and processes.
/// </summary>
/// <param name="warehouse">Path of the warehouse file.</param>
/// <param name="clock">The clock.</param>
/// <param name="mostBytes">Bytes of one file.</param>
internal sealed class QuestionLog(string warehouse, TimeProvider clock, long mostBytes = 4 << 20)
{
    private const int Checked = 64;
    private readonly Lock _guard = new();
    private FileStream? _file;
    private int _written;

    private string PathOf => $"{warehouse}.questions";

    private string OlderPath => $"{PathOf}.old";

    /// <summary>Notes a question. A log that cannot be written, as in a folder that is only read, is no reason not to answer.</summary>
    public void Note(AnsweredQuestion question)
    {
        var line = Line(question);
        lock (_guard)
        {
            try
            {
                if (_file is null || ++_written % Checked == 0)
                {
                    Open();
                }

                _file!.Write(line);
                _file.Flush();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _file?.Dispose();
                _file = null;
            }
        }
    }

    /// <summary>The questions that are remembered, the oldest first; a line that is none, as one half written when a machine stopped, is passed over.</summary>
    public IReadOnlyList<AnsweredQuestion> Read()
    {
        var questions = new List<AnsweredQuestion>();
        foreach (var path in new[] { OlderPath, PathOf }.Where(File.Exists))
        {
            using var text = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            while (text.ReadLine() is { } line)
            {
                if (Question(line) is { } question)
                {
                    questions.Add(question);
                }
            }
        }

        return questions;
    }

    /// <summary>Takes all of it away; answers how many files it was.</summary>
    public int Forget()
    {
        lock (_guard)
        {
            _file?.Dispose();
            _file = null;
            var files = new[] { OlderPath, PathOf }.Where(File.Exists).ToList();
            files.ForEach(File.Delete);
            return files.Count;
        }
    }

    private static AnsweredQuestion? Question(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<AnsweredQuestion>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private byte[] Line(AnsweredQuestion question)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(question);
        return [.. Encoding.UTF8.GetBytes($"{{\"At\":\"{clock.GetUtcNow().UtcDateTime.ToString("s", CultureInfo.InvariantCulture)}Z\","), .. json.AsSpan(1), (byte)'\n'];
    }

    // Another process may have moved the file away meanwhile, so it is opened anew now and then.
    private void Open()
    {
        _file?.Dispose();
        if (new FileInfo(PathOf) is { Exists: true } full && full.Length > mostBytes)
        {
            File.Move(PathOf, OlderPath, overwrite: true);
        }

        var mode = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            mode.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        _file = new FileStream(PathOf, mode);
    }
}
