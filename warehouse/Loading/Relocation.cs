using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>
/// Moves the lineage of rows with their records: when a file is delivered again with lines more or less, the others stand in other places and are no other rows.
/// Inside the run's transaction, around the loading: between <see cref="Begin"/> and <see cref="End"/> a place can be negative.
/// </summary>
/// <param name="session">The warehouse.</param>
public sealed class Relocation(ISession session)
{
    private static readonly SqlFile Sql = SqlFile.Beside<Relocation>();

    /// <summary>Moves the rows of a fact.</summary>
    /// <param name="table">The fact's table.</param>
    /// <param name="relocated">Temporary table (old_file, old_record, file_id, source_record).</param>
    public void Begin(string table, string relocated) => Move("source_record", table, relocated);

    /// <summary>Moves the rows of a dimension, at once: nothing is told apart by their places.</summary>
    /// <inheritdoc cref="Begin" path="/param"/>
    public void Move(string table, string relocated) => Move("abs_source_record", table, relocated);

    /// <summary>Ends what <see cref="Begin"/> began.</summary>
    /// <param name="table">The fact's table.</param>
    public void End(string table) => session.Execute(Sql.Fill("end", ("table", table)));

    private void Move(string place, string table, string relocated) => session.Execute(Sql.Fill(place, ("table", table), ("relocated", relocated)));
}
