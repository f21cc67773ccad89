namespace Crm.Analytics.Models.Kinds;

/// <summary>
/// A kind of model that is fitted from one table of a file, without a project: <c>crm model fit NAME --data FILE …</c>. One class per kind, registered in
/// <c>ModelKinds</c>. Kinds keep no state and may be used from several threads.
/// </summary>
public interface IModelKind
{
    /// <summary>Its name on the command line: lower-case letters and digits.</summary>
    string Name { get; }

    /// <summary>What it tells, in one line.</summary>
    string Title { get; }

    /// <summary>The options it takes beside <c>--data</c>. Kinds share names of options, and a name means the same in each.</summary>
    IReadOnlyList<KindOption> Options { get; }

    /// <summary>Fits the model.</summary>
    /// <param name="input">The table and the options.</param>
    /// <exception cref="Warehouse.CrmException">
    /// An option is wrong, or the data cannot carry the model (say in plain words what is missing instead of giving a number).
    /// </exception>
    FitResult Fit(KindInput input);
}

/// <summary>An option of a kind of model.</summary>
/// <param name="Name">Its name without dashes: <c>customer</c>.</param>
/// <param name="Value">What stands after it in help: <c>COLUMN</c>; empty for a flag, which is given or not.</param>
/// <param name="Meaning">What it means, in one line.</param>
public sealed record KindOption(string Name, string Value, string Meaning)
{
    /// <summary>The kind cannot work without it.</summary>
    public bool Required { get; init; }

    /// <summary>Its value when it is not given; null when it then has none.</summary>
    public string? Default { get; init; }

    /// <summary>Whether its value names a column of the data; then the column must be there.</summary>
    public bool IsColumn => Value == "COLUMN";

    /// <summary>Whether it is given or not, without a value.</summary>
    public bool IsFlag => Value.Length == 0;
}
