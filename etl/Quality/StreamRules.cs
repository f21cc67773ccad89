using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Quality;

/// <summary>Judges streams as a whole: whether their data is recent, and whether they bring about as much as they did before.</summary>
/// <param name="findings">Where results go.</param>
/// <param name="project">The project.</param>
/// <param name="streams">All streams of the run; none when nothing was new.</param>
/// <param name="now">When the run began, UTC.</param>
internal sealed class StreamRules(RuleFindings findings, Project project, IReadOnlyList<JudgedStream> streams, DateTime now)
{
    private static readonly SqlFile Sql = SqlFile.Beside<StreamRules>();

    /// <summary>Judges the age of the data of every source, of those too that brought nothing: silence is what such a rule is for.</summary>
    public void JudgeFreshness()
    {
        foreach (var source in project.Sources)
        {
            foreach (var rule in source.Rules)
            {
                switch (rule.Test)
                {
                    case FreshnessTest { Stream: { } stream } test:
                        Judge(source, rule, test, stream, null, NewestFile(source, stream), now);
                        break;
                    case FreshnessTest { Column: { } column } test:
                        foreach (var contract in Contracts(source, rule))
                        {
                            Judge(source, rule, test, null, contract, NewestMoment(source, contract, column), LocalNow());
                        }

                        break;
                }
            }
        }
    }

    /// <summary>Judges the number of records of the streams of the run.</summary>
    public void JudgeVolume()
    {
        foreach (var stream in streams.Where(s => !s.IsRecalled))
        {
            foreach (var rule in stream.Source.Rules)
            {
                if (rule.Test is VolumeTest test && test.Stream == stream.Stream.Name)
                {
                    Judge(stream, rule, test);
                }
            }
        }
    }

    private void Judge(JudgedStream stream, QualityRule rule, VolumeTest test)
    {
        int? weekday = test.SameWeekday ? ((int)now.DayOfWeek + 6) % 7 + 1 : null;
        var history = findings.Session.Query<History>(
            Sql.Fill("history"), new { source = stream.Source.Name, stream = stream.Stream.Name, weekday, runs = test.Runs })[0];
        if (history.Runs < VolumeTest.FewestRuns)
        {
            return;
        }

        var read = stream.Files.Sum(f => f.Records);
        var passes = Math.Abs(read - history.Typical) <= test.Tolerance * history.Typical;
        Add(stream.Source, rule, stream.Stream.Name, null, passes, null);
        if (!passes)
        {
            findings.Break(rule, string.Create(
                CultureInfo.InvariantCulture, $"{read} records in {stream.Source.Name}/{stream.Stream.Name}, where the median of {history.Runs} earlier runs is {history.Typical:0.#}"));
        }
    }

    private void Judge(Source source, QualityRule rule, FreshnessTest test, string? stream, string? contract, DateTime? newest, DateTime moment)
    {
        if (newest is null)
        {
            return;
        }

        var passes = moment - newest.Value <= test.MaxAge;
        Add(source, rule, stream, contract, passes, newest);
        if (!passes)
        {
            findings.Break(rule, string.Create(
                CultureInfo.InvariantCulture, $"the newest of {source.Name}/{stream ?? contract} is of {newest:yyyy-MM-dd HH:mm}, older than {test.Written} (rule '{rule.Name}')"));
        }
    }

    private void Add(Source source, QualityRule rule, string? stream, string? contract, bool passes, DateTime? newest) => findings.Add(new(
        source.Name, stream, contract, rule.Test.Aspect, rule.Name, rule.Test.Columns is [var only] ? only : null, rule.Severity, 1, passes ? 1 : 0, 0, newest));

    private IEnumerable<string> Contracts(Source source, QualityRule rule) => source.Maps.Select(m => m.Contract).Distinct()
        .Where(c => RuleScope.Covers(rule, project.Catalogue.Contracts[c], project.Catalogue));

    /// <summary>The newest moment of a column: of the run's rows, and of those that earlier runs judged.</summary>
    private DateTime? NewestMoment(Source source, string contract, string column)
    {
        var known = findings.Session.Scalar<DateTime?>(Sql.Fill("newest_known"), new { source = source.Name, contract, column });
        return RuleFindings.RowsOf(streams.Where(s => s.Source.Name == source.Name), contract)
            .Select(r => findings.Session.Scalar<DateTime?>(Sql.Fill("newest_in", ("view", r.Rows.View), ("column", SqlName.Quote(column)))))
            .Append(known).Max();
    }

    private DateTime? NewestFile(Source source, string stream)
    {
        var known = findings.Session.Scalar<DateTime?>(Sql.Fill("newest_file"), new { source = source.Name, stream });
        return streams.Where(s => s.Source.Name == source.Name && s.Stream.Name == stream).SelectMany(s => s.Files).Select(f => (DateTime?)f.Modified).Append(known).Max();
    }

    /// <summary>Contract moments are in the project's time zone.</summary>
    private DateTime LocalNow() =>
        TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(now, DateTimeKind.Utc), TimeZoneInfo.FindSystemTimeZoneById(project.Settings.TimeZone));

    private sealed record History(long Runs, double Typical);
}
