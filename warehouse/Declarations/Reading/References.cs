using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>Notes every name that stands for nothing, at its place, with the nearest one that is there.</summary>
/// <param name="model">Everything declared.</param>
/// <param name="problems">Where problems go.</param>
internal sealed class References(Model model, List<Problem> problems)
{
    public Model Model { get; } = model;

    public void Add(SourceLocation where, string found, string expected, string next) => problems.Add(new(where, found, expected, next));

    /// <summary>
    /// Checks one name. An empty list of known names means that what declares them is wrong itself and already complained about.
    /// </summary>
    public void Check(YamlScalar? at, string noun, IReadOnlyCollection<string> known)
    {
        if (at is not null && known.Count > 0 && !known.Contains(at.Text))
        {
            Unknown(at.Where, at.Text, noun, known);
        }
    }

    public void CheckEach(IEnumerable<YamlScalar> names, string noun, IReadOnlyCollection<string> known)
    {
        var seen = new HashSet<string>();
        foreach (var name in names)
        {
            Check(name, noun, known);
            if (!seen.Add(name.Text))
            {
                Add(name.Where, $"{Quoted.Text(name.Text)} for the second time", "each name once", "remove one of the two");
            }
        }
    }

    /// <summary>The declaration that a name stands for; null, with a problem, when there is none.</summary>
    public T? Find<T>(YamlScalar? at, string noun, Dictionary<string, Declared<T>> known)
        where T : class
    {
        if (at is null)
        {
            return null;
        }

        if (known.TryGetValue(at.Text, out var declared))
        {
            return declared.Value;
        }

        if (!Model.Unreadable.Contains(at.Text))
        {
            Unknown(at.Where, at.Text, noun, known.Keys);
        }

        return null;
    }

    /// <summary>Every table has a second one with <c>_history</c> behind its name, for rows that later runs changed or removed.</summary>
    public void CheckTableName(YamlScalar? name)
    {
        if (name is not null && name.Text.EndsWith("_history", StringComparison.Ordinal))
        {
            Add(name.Where, $"name '{name.Text}'", "a name that does not end in _history, which the warehouse keeps for itself", "rename it");
        }
    }

    /// <summary>A column that dates rows has to be a date or timestamp.</summary>
    public void CheckMoment(YamlScalar? at, ColumnType? type)
    {
        if (at is not null && type is { Kind: not (TypeKind.Date or TypeKind.Timestamp) } other)
        {
            Add(at.Where, $"column '{at.Text}' of type {other}", "a column of type date or timestamp", "name another column, or change its type");
        }
    }

    /// <summary>Checks an SQL expression: whole in itself, and reading only known columns.</summary>
    /// <param name="sql">The expression; null when there is none.</param>
    /// <param name="noun">What its names are, with article.</param>
    /// <param name="columns">Known columns; empty when they are not known.</param>
    /// <param name="placeholders">Known names for braces; null where braces have no meaning.</param>
    public void CheckSql(YamlScalar? sql, string noun, IReadOnlyCollection<string> columns, IReadOnlyCollection<string>? placeholders = null)
    {
        if (sql is null)
        {
            return;
        }

        var words = SqlWords.Of(sql.Text);
        if (words.Fault is { } fault)
        {
            Add(sql.At(fault.Offset), $"{fault.Found} in an SQL expression", "one expression, whole in itself", "correct the expression");
            return;
        }

        foreach (var (name, offset) in words.Columns)
        {
            if (columns.Count > 0 && !columns.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                Unknown(sql.At(offset), name, noun, columns);
            }
        }

        foreach (var (name, offset) in words.Placeholders)
        {
            if (placeholders is null)
            {
                Add(sql.At(offset), $"{{{name}}} in an SQL expression", "a plain expression over columns", "write the column's name without braces");
            }
            else if (placeholders.Count > 0 && !placeholders.Contains(name))
            {
                Unknown(sql.At(offset), name, "a measure of the same cube", placeholders);
            }
        }
    }

    public void Unknown(SourceLocation where, string name, string noun, IReadOnlyCollection<string> known)
        => Add(where, $"unknown name {Quoted.Text(name)}", NearestName.Expected(noun, name, known), "correct the name, or declare it");
}
