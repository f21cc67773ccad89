using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>A source file that is loaded: what the next run compares with what it finds.</summary>
/// <param name="FileId">Key that rows carry as <c>source_file</c>.</param>
/// <param name="Path">Path as the connector names it.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">Last change, UTC.</param>
/// <param name="Sha256">Hash of the content, lower-case hexadecimal.</param>
/// <param name="Records">Records in it, rejected ones included.</param>
/// <param name="Rejected">Records that could not be read as records.</param>
/// <param name="Landing">The landed batch that holds it.</param>
/// <param name="RunId">The run that loaded it last.</param>
public sealed record LoadedFile(
    int FileId, string Path, long Size, DateTime Modified, string Sha256, long Records, long Rejected, string Landing, int RunId);

/// <summary>What is remembered of a stream.</summary>
/// <param name="State">What its connector goes on from; null for connectors without a state.</param>
/// <param name="Columns">Its columns as a JSON object, type by name; null when they are not known.</param>
/// <param name="RunId">The run that wrote it; null when it moved on without one.</param>
public sealed record StreamState(string? State, string? Columns, int? RunId);

/// <summary>What a published run says of itself.</summary>
/// <param name="Run">Its number.</param>
/// <param name="Started">When it began, UTC.</param>
/// <param name="Published">When it was published, UTC.</param>
/// <param name="Newest">The newest moment in the facts, in the project's time zone.</param>
/// <param name="Declarations">Hash of the declarations it worked by.</param>
/// <param name="Program">Version of the program.</param>
/// <param name="Counts">Its records.</param>
public sealed record PublishedRun(
    int Run, DateTime Started, DateTime Published, DateTime? Newest, string Declarations, string Program, RecordCounts Counts);

/// <summary>The log of runs in the schema <c>meta</c>, written in the transaction that publishes the run.</summary>
/// <param name="session">The warehouse.</param>
public sealed class RunLog(ISession session)
{
    private static readonly SqlFile Sql = SqlFile.Beside<RunLog>();

    /// <summary>The latest published run and the hash of the declarations it worked by; null before the first.</summary>
    public (int Run, string Declarations)? Latest()
    {
        var rows = session.Query<LatestRow>(Sql.Fill("latest"));
        return rows.Count == 0 ? null : (rows[0].RunId, rows[0].Declarations);
    }

    /// <summary>The files of a stream that are loaded.</summary>
    public IReadOnlyList<LoadedFile> Files(string source, string stream) =>
        session.Query<LoadedFile>(Sql.Fill("files"), new { source, stream });

    /// <summary>What a stream's connector goes on from, and the columns the stream had; null when nothing is remembered of it.</summary>
    public StreamState? State(string source, string stream) => session.Query<StreamState>(Sql.Fill("state"), new { source, stream }).FirstOrDefault();

    /// <summary>Writes what a stream goes on from, in place of what was.</summary>
    /// <param name="source">The source.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="state">The connector's state.</param>
    /// <param name="columns">The stream's columns, as <see cref="StreamState.Columns"/>.</param>
    /// <param name="run">The run that writes; null when the state moved on without one.</param>
    public void WriteState(string source, string stream, string? state, string? columns, int? run) =>
        session.Execute(Sql.Fill("write_state"), new { source, stream, state, columns, run });

    /// <summary>The number the next new file gets.</summary>
    public int NextFile() => session.Scalar<int>(Sql.Fill("next_file"));

    /// <summary>Writes what is now known of files, in place of what was.</summary>
    public void Write(string source, string stream, IReadOnlyList<LoadedFile> files)
    {
        foreach (var file in files)
        {
            session.Execute(Sql.Fill("forget_file"), new { file_id = file.FileId });
        }

        using var append = session.Append("meta", "source_file");
        foreach (var f in files)
        {
            append.Row(f.FileId, source, stream, f.Path, f.Size, f.Modified, f.Sha256, f.Records, f.Rejected, f.Landing, f.RunId);
        }

        append.Complete();
    }

    /// <summary>Writes the run itself.</summary>
    public void Write(PublishedRun run) => session.Execute(Sql.Fill("run"), new
    {
        run = run.Run,
        started = run.Started,
        published = run.Published,
        newest = run.Newest,
        declarations = run.Declarations,
        program = run.Program,
        read = run.Counts.Read,
        loaded = run.Counts.Loaded,
        unchanged = run.Counts.Unchanged,
        quarantined = run.Counts.Quarantined,
        removed = run.Counts.Removed,
    });

    /// <summary>Writes one stream of a run.</summary>
    public void Write(int run, string source, string stream, long files, RecordCounts counts) => session.Execute(Sql.Fill("stream"), new
    {
        run,
        source,
        stream,
        files,
        read = counts.Read,
        loaded = counts.Loaded,
        unchanged = counts.Unchanged,
        quarantined = counts.Quarantined,
        removed = counts.Removed,
    });

    /// <summary>Writes one step of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="ordinal">Place of the step in the run, from 1.</param>
    /// <param name="step">Its name.</param>
    /// <param name="rows">Rows it handled.</param>
    /// <param name="seconds">Wall time.</param>
    public void WriteStep(int run, int ordinal, string step, long rows, double seconds) =>
        session.Execute(Sql.Fill("step"), new { run, ordinal, step, rows, seconds });

    /// <summary>Puts bad records into the quarantine.</summary>
    /// <param name="run">The run.</param>
    /// <param name="bad">Temporary table: file_id, source_record, line, contract, rule, column_name, reason, raw.</param>
    public void Quarantine(int run, string bad) => session.Execute(Sql.Fill("quarantine", ("bad", bad)), new { run });

    /// <summary>Takes the records of files that are delivered again out of the quarantine.</summary>
    /// <param name="files">Temporary table with the column <c>file_id</c>.</param>
    public void Release(string files) => session.Execute(Sql.Fill("release", ("files", files)));

    /// <summary>Takes single records out of the quarantine.</summary>
    /// <param name="records">Temporary table with the columns <c>file_id</c> and <c>source_record</c>.</param>
    public void ReleaseRecords(string records) => session.Execute(Sql.Fill("release_records", ("records", records)));

    /// <summary>Ids of the files of a stream with records in the quarantine that were read as records.</summary>
    /// <param name="source">The source.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="rule">Those that this rule put aside; null for any.</param>
    public IReadOnlyList<int> QuarantinedFiles(string source, string stream, string? rule) =>
        session.Query<int>(Sql.Fill("quarantined_files"), new { source, stream, rule });

    private sealed record LatestRow(int RunId, string Declarations);
}
