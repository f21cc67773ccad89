using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Quality;

/// <summary>
/// The gate between conformed rows and the star. Rules about single rows come first, then rows that are there twice, then references and queries, each over
/// what the ones before left; last come rules that only warn or fail, so that a record which is put aside neither warns nor fails.
/// </summary>
public static class QualityGate
{
    /// <summary>Judges the rows of a run; what quarantine rules find is in the table of bad records and out of the good rows afterwards.</summary>
    /// <param name="session">The warehouse; temporary tables only are written.</param>
    /// <param name="project">The project.</param>
    /// <param name="streams">The streams of the run, conformed.</param>
    /// <param name="now">When the run began, UTC.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="CrmException">A rule that says fail is broken.</exception>
    public static Judgement Judge(ISession session, Project project, IReadOnlyList<JudgedStream> streams, DateTime now, CancellationToken cancellation = default)
    {
        var findings = new RuleFindings(session, cancellation);
        var rows = new RowRules(findings);
        foreach (var stream in streams)
        {
            rows.Judge(stream);
        }

        findings.Withdraw();
        var relations = new RelationRules(findings, project.Catalogue, streams);
        relations.Judge<UniqueTest>();
        findings.Withdraw();
        relations.Judge<ReferenceTest>();
        new QueryRules(findings, project.Catalogue, streams).Judge();
        findings.Withdraw();
        rows.Tell();
        var whole = new StreamRules(findings, project, streams, now);
        whole.JudgeFreshness();
        whole.JudgeVolume();
        return findings.Judge();
    }

    /// <summary>Judges a run that found nothing new: only the age of what is there. Writes nothing.</summary>
    /// <inheritdoc cref="Judge" path="/exception"/>
    public static IReadOnlyList<string> JudgeNothingNew(ISession session, Project project, DateTime now)
    {
        var findings = new RuleFindings(session, CancellationToken.None);
        new StreamRules(findings, project, [], now).JudgeFreshness();
        return findings.Judge().Warnings;
    }
}
