using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crm.Analytics.Host.Observation;
using Crm.Analytics.Host.Privacy;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>The questions that come over HTTP: who asks, what is remembered, and what the warehouse answers.</summary>
/// <param name="served">The warehouse.</param>
/// <param name="project">The project.</param>
/// <param name="say">Told of faults.</param>
internal sealed class Questions(ServedWarehouse served, Project project, Action<Exception> say)
{
    private const long MostRememberedBytes = 64 << 20;
    private const int Tries = 5;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan left = TimeSpan.FromSeconds(30);
    private static readonly string[] words = ["now", "hour", "minute", "second"];
    private readonly AnswerCache _remembered = new(MostRememberedBytes);
    private readonly KnownRequests _known = new();
    private readonly CubeReader _reader = new(served.Instance.ConnectToAsk, project.Catalogue, () => QueryCalendar.Of(project.Settings, TimeProvider.System), new QuestionLog(served.Path, TimeProvider.System).Note) { Star = Composition.StarOf(project) };
    private readonly Pseudonyms? _pseudonyms = ExportPseudonyms.Of(project);
    private readonly DrillThrough _rows = new(served.Instance.ConnectToAsk, project.Catalogue, () => QueryCalendar.Of(project.Settings, TimeProvider.System)) { Star = Composition.StarOf(project) };

    /// <summary>Answers that are being worked out.</summary>
    public PendingAnswers Pending { get; } = new(patience, left, 2 * Environment.ProcessorCount, TimeProvider.System);

    /// <summary>Answers as they leave the program, whole or row by row; who asks stands in the question.</summary>
    public ExportedAnswers Answers => new(_reader, _pseudonyms);

    /// <summary>The rows behind a cell as they leave the program.</summary>
    public ExportedRows Rows => new(_rows, _pseudonyms);

    /// <summary>The question that a drill leads to, and where one can go from it.</summary>
    public LoadQuestion Drilled(DrillRequest request, SecurityContext? asker)
    {
        var drill = new Drill(Catalogue);
        var query = request.Asked.Query;
        var next = request.Way switch
        {
            DrillWay.Down => drill.DownPastEmpty(_pseudonyms is null ? _reader : new PseudonymReader(_reader, _pseudonyms), query with { Security = asker }, request.Cell, request.Member, request.Path),
            DrillWay.Up => drill.Up(query, request.Member, request.Path),
            DrillWay.Across => Drill.Across(query, request.Cell, request.Member!),
            _ => Drill.At(query, request.Cell),
        };
        return request.Asked with { Query = next, Asked = QueryJson.Element(next), Drilled = new(Drill.Breadcrumb(next), [.. drill.Steps(next).Where(s => IsOpen(next, s, asker))]) };
    }

    private bool IsOpen(CubeQuery query, DrillStep step, SecurityContext? asker) => query.Measures.Select(m => m.Split('.')[0]).Distinct()
        .All(c => !Catalogue.Cubes.TryGetValue(c, out var cube) || new[] { step.Member, step.Up, step.Down }.OfType<string>().All(m => CubeVisibility.Sees(cube, m, asker)));

    /// <summary>The project's settings.</summary>
    public ProjectSettings Settings => project.Settings;

    /// <summary>What is declared.</summary>
    public Catalogue Catalogue => project.Catalogue;

    /// <summary>Tells of a fault of the program; what askers do wrong is told to them alone.</summary>
    public void Tell(Exception error)
    {
        if (ApiErrors.StatusOf(error) == StatusCodes.Status500InternalServerError)
        {
            say(error);
        }
    }

    /// <summary>What an answer to a request is remembered by.</summary>
    public AnswerKey KeyOf(LoadRequest request, bool numbersAsText, SecurityContext? asker)
        => new(Timed(QuestionKey.Of(request, numbersAsText)), asker?.Key ?? "", served.Published is { } run ? run : throw new NothingLoadedException(served.Path));

    /// <summary>A remembered answer to a request that came before byte for byte, and what the audit log is told of it; null when there is none.</summary>
    /// <param name="body">The request's body.</param>
    /// <param name="numbersAsText">Whether numbers are wanted as text.</param>
    /// <param name="asker">Who asks.</param>
    public (byte[] Answer, string Audit)? Remembered(byte[] body, bool numbersAsText, SecurityContext? asker)
        => RequestOf(body, numbersAsText, asker) is { } request && _known.Find(request) is { } known && Remembered(known.Answer) is { } answer ? (answer, known.Audit) : null;

    /// <summary>Notes what a request's answer is remembered by.</summary>
    /// <param name="body">The request's body; null for none.</param>
    /// <param name="numbersAsText">Whether numbers are wanted as text.</param>
    /// <param name="asker">Who asks.</param>
    /// <param name="key">What its answer is remembered by.</param>
    /// <param name="audit">What the audit log is told of it.</param>
    public void Know(byte[]? body, bool numbersAsText, SecurityContext? asker, AnswerKey key, string audit)
    {
        if (body is not null && !IsFleeting(key.Question) && RequestOf(body, numbersAsText, asker) is { } request && request.Data == key.Data)
        {
            _known.Add(request, new(key, audit));
        }
    }

    private RequestKey? RequestOf(byte[] body, bool numbersAsText, SecurityContext? asker)
        => served.Published is { } run ? new(body, numbersAsText, asker?.Key ?? "", run, DateOnly.FromDateTime(QueryCalendar.Of(Settings, TimeProvider.System).Now).DayNumber) : null;

    /// <summary>Relative dates mean something else tomorrow, those with hours in a minute: what is remembered is remembered for as long.</summary>
    private string Timed(string question)
        => $"{QueryCalendar.Of(Settings, TimeProvider.System).Now.ToString(IsFleeting(question) ? "yyyy-MM-dd HH:mm" : "yyyy-MM-dd", CultureInfo.InvariantCulture)} {question}";

    private static bool IsFleeting(string question) => words.Any(w => question.Contains(w, StringComparison.OrdinalIgnoreCase));

    /// <summary>A remembered answer; null when there is none.</summary>
    public byte[]? Remembered(AnswerKey key) => _remembered.TryGet(key, out var answer) ? answer : null;

    /// <summary>Asks the warehouse and remembers the answer.</summary>
    public byte[] Answer(AnswerKey key, LoadRequest request, bool numbersAsText, SecurityContext? asker, CancellationToken cancellation)
    {
        var results = OfOneRun(() => [.. request.Questions.Select(q => Answers.Read(q.Query with { Security = asker }, cancellation))]);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            new LoadAnswer(json, Settings.TimeZone, numbersAsText).Write(request, results);
        }

        var answer = buffer.WrittenSpan.ToArray();

        // A cluster can be a run behind when a node was away: such an answer is not the one of this run.
        if (results.TrueForAll(r => r.Query.AsOfRun is not null || r.AsOf.Run?.ToString(CultureInfo.InvariantCulture) == key.Data))
        {
            _remembered.Add(key, answer);
        }

        return answer;
    }

    /// <summary>The statement that answers a question, for reading only.</summary>
    public CubeSql Statement(CubeQuery query, SecurityContext? asker)
        => CubeSqlWriter.Write(CubePlanner.Plan(query with { Security = asker }, Catalogue, QueryCalendar.Of(Settings, TimeProvider.System)), Composition.StarOf(project).Dialect);

    /// <summary>Each question reads in a transaction of its own; when a run was published between two of them, they are asked again.</summary>
    private static List<CubeResult> OfOneRun(Func<List<CubeResult>> read)
    {
        for (var i = 1; ; i++)
        {
            var results = read();
            if (results.TrueForAll(r => r.AsOf.Run == results[0].AsOf.Run || r.Query.AsOfRun is not null))
            {
                return results;
            }

            if (i == Tries)
            {
                throw new CrmException(FailureKind.Busy, "runs were published between the questions, again and again", "the queries of the request", "queries of one run", "Ask them one by one");
            }
        }
    }
}
