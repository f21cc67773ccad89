using System.Globalization;
using Crm.Analytics.Models.Numerics;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Learning;

/// <summary>What rows a model learns from, and how each column is seen.</summary>
/// <param name="Data">The features, rows sorted by their content.</param>
/// <param name="Labels">1 where the label is the positive one, else 0; empty without a label.</param>
/// <param name="Keys">The rows' keys; empty without a key column.</param>
/// <param name="Uses">How each column is used, in words.</param>
/// <param name="Notes">What was left out or taken otherwise, in words.</param>
public sealed record LearningRows(FeatureMatrix Data, double[] Labels, string[] Keys, IReadOnlyList<KeyValuePair<string, string>> Uses, IReadOnlyList<string> Notes);

/// <summary>
/// A table as numbers: number columns as they are, texts as one column per frequent value, moments as days; blanks are missing. How a column is seen is
/// decided from the column alone, never from the label, so nothing of what is to be foretold leaks in.
/// </summary>
/// <param name="Session">Where the table is.</param>
/// <param name="Table">The table, quoted.</param>
/// <param name="Columns">The columns to learn from.</param>
public sealed record LearningTable(ISession Session, string Table, IReadOnlyList<string> Columns)
{
    private const int MostLevels = 20;
    private const int LeastOfLevel = 5;
    private static readonly SqlFile Sql = SqlFile.Beside<LearningTable>();

    /// <summary>The column with what is to be foretold; null when there is none.</summary>
    public string? Label { get; init; }

    /// <summary>The label's value that is foretold.</summary>
    public string? Positive { get; init; }

    /// <summary>A column that names the rows; null when there is none. It is not learnt from.</summary>
    public string? Key { get; init; }

    /// <summary>Rows at most; of more, a part chosen by their content.</summary>
    public int MostRows { get; init; } = 500_000;

    /// <summary>The label's values, the most frequent first; a null is a missing one.</summary>
    public IReadOnlyList<(string? Value, long Rows)> LabelValues()
        => [.. Session.Query<LabelValue>(Sql.Fill("labels", ("label", Text(Label!)), ("table", Table))).Select(v => (v.Value, v.Rows))];

    /// <summary>Reads the rows whose label is known.</summary>
    /// <param name="cancellation">Stops reading.</param>
    public LearningRows Read(CancellationToken cancellation = default) => Rows(Encode(cancellation), null, cancellation);

    /// <summary>Decides how each column is seen, from the rows whose label is known.</summary>
    /// <param name="cancellation">Stops reading.</param>
    internal LearningEncoding Encode(CancellationToken cancellation = default)
    {
        var wanted = Wanted(null);
        var learnt = Columns.Where(c => c != Label && c != Key).ToList();
        var profiles = learnt.Count == 0 ? [] : Profiles(learnt, wanted, cancellation);
        var (uses, notes, encoders) = (new List<KeyValuePair<string, string>>(), new List<string>(), new List<ColumnEncoder>());
        foreach (var (column, profile) in learnt.Zip(profiles))
        {
            var encoder = Encoder(column, profile, wanted, notes, cancellation);
            uses.Add(new(column, encoder.Said));
            encoders.Add(encoder);
        }

        return new LearningEncoding(encoders.FindAll(e => e.Kind != ColumnKind.LeftOut), uses, notes);
    }

    /// <summary>Reads rows as an encoding sees them.</summary>
    /// <param name="encoding">How each column is seen; it may be that of another table with the same columns.</param>
    /// <param name="condition">Which rows, over the table's columns; null: all whose label is known.</param>
    /// <param name="cancellation">Stops reading.</param>
    internal LearningRows Rows(LearningEncoding encoding, string? condition, CancellationToken cancellation = default)
        => Fill([.. encoding.Encoders], Wanted(condition), [.. encoding.Uses], [.. encoding.Notes], cancellation);

    private string Wanted(string? condition)
        => (Label is null ? Sql.Fill("all").Trim() : Sql.Fill("known_label", ("label", Text(Label))).Trim()) + (condition is null ? "" : $" AND ({condition})");

    private IReadOnlyList<ColumnProfile> Profiles(List<string> learnt, string wanted, CancellationToken cancellation)
    {
        var parts = learnt.Select((c, i) => Sql.Fill(
            "profile", ("place", i.ToString(CultureInfo.InvariantCulture)), ("text", Text(c)), ("number", Number(c)), ("table", Table), ("wanted", wanted)));
        return Session.Query<ColumnProfile>(Sql.Fill("profiles", ("profiles", string.Join(Sql.Fill("union"), parts))), null, cancellation);
    }

    private ColumnEncoder Encoder(string column, ColumnProfile profile, string wanted, List<string> notes, CancellationToken cancellation)
    {
        if (profile.Different == 0)
            return ColumnEncoder.Out(column, "left out: it has no values");
        if (profile.Different == 1 && profile.Known == profile.Rows)
            return ColumnEncoder.Out(column, "left out: it never changes");
        var missing = profile.Known < profile.Rows;
        if (profile.Numbers >= 0.95 * profile.Known && profile.DifferentNumbers > 1)
        {
            if (IsIdentifier(column, profile))
                return ColumnEncoder.Out(column, "left out: a number of its own for each row names it, and tells nothing of others");
            if (profile.Numbers < profile.Known)
                notes.Add(string.Create(CultureInfo.InvariantCulture, $"{column}: {profile.Known - profile.Numbers} values are no numbers, such as '{profile.Odd}': taken as missing"));
            var gaps = profile.Rows - profile.Numbers;
            if (gaps > 0)
                notes.Add(string.Create(CultureInfo.InvariantCulture, $"{column}: missing in {gaps:N0} of {profile.Rows:N0} rows"));
            return new ColumnEncoder(column, ColumnKind.Number, [], gaps > 0, "number");
        }

        if (profile.Moments == profile.Known && profile.Different > 2)
            return new ColumnEncoder(column, ColumnKind.Moment, [], missing, "date, in days");
        if (profile.Different > 50 && profile.Different > 0.5 * profile.Known)
            return ColumnEncoder.Out(column, "left out: nearly each row has a text of its own");
        var levels = Session.Query<LabelValue>(
            Sql.Fill("levels", ("text", Text(column)), ("table", Table), ("wanted", wanted), ("most", (MostLevels + 1).ToString(CultureInfo.InvariantCulture))), null, cancellation);
        var kept = levels.Take(MostLevels).Where(l => l.Rows >= Math.Min(LeastOfLevel, profile.Known / 10.0)).Select(l => l.Value!).ToList();
        var rest = profile.Different - kept.Count;

        // With every level in, the most frequent one is what the others are compared with.
        var named = rest == 0 && !missing && kept.Count > 1 ? kept.Skip(1).ToList() : kept;
        var said = string.Create(CultureInfo.InvariantCulture, $"{profile.Different} values{(rest > 0 ? $", {rest} rare ones taken together" : "")}");
        return named.Count == 0 ? ColumnEncoder.Out(column, "left out: all its values are rare") : new ColumnEncoder(column, ColumnKind.Category, named, false, said);
    }

    private static bool IsIdentifier(string column, ColumnProfile p)
    {
        if (p.Numbers < 50 || p.Whole < p.Numbers || p.DifferentNumbers < p.Numbers)
            return false;
        string[] names = ["id", "key", "number", "no", "nr", "row", "index", "rownumber"];
        return p.Most - p.Least == p.Numbers - 1
            || Array.Exists(names, n => column.Equals(n, StringComparison.OrdinalIgnoreCase))
            || column.EndsWith("id", StringComparison.OrdinalIgnoreCase) || column.EndsWith("_key", StringComparison.OrdinalIgnoreCase);
    }

    private LearningRows Fill(List<ColumnEncoder> encoders, string wanted, List<KeyValuePair<string, string>> uses, List<string> notes, CancellationToken cancellation)
    {
        // Each column once, then the label and the key.
        var read = encoders.Select(e => e.Kind switch
        {
            ColumnKind.Number => Number(e.Column),
            ColumnKind.Moment => Sql.Fill("moment", ("text", Text(e.Column))).Trim(),
            _ => Text(e.Column),
        }).Concat(new[] { Label, Key }.OfType<string>().Select(Text)).ToList();
        if (read.Count == 0)
            return new LearningRows(new FeatureMatrix([], [], 0), [], [], uses, notes);
        var key = SqlName.List(Columns.Select(c => c == Label || c == Key ? null : Text(c)).OfType<string>().Append(Label is null ? "1" : Text(Label)));
        var sql = Sql.Fill("sample", ("columns", SqlName.List(read)), ("table", Table), ("wanted", wanted), ("key", key), ("most", MostRows.ToString(CultureInfo.InvariantCulture)));
        var columns = encoders.SelectMany(e => e.Features).Select(_ => new List<double>()).ToArray();
        var (labels, keys, rows) = (new List<double>(), new List<string>(), 0);
        Session.Stream(sql, null, record =>
        {
            var at = 0;
            for (var i = 0; i < encoders.Count; i++)
                at = encoders[i].Add(record, i, columns, at);
            rows++;
            if (Label is not null)
                labels.Add(record.GetString(encoders.Count) == Positive ? 1 : 0);
            if (Key is not null)
                keys.Add(record.IsDBNull(record.FieldCount - 1) ? "" : record.GetString(record.FieldCount - 1));
        }, cancellation);
        if (rows == MostRows)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"learnt from {rows:N0} rows, chosen by their content"));
        var data = new FeatureMatrix([.. encoders.SelectMany(e => e.Features)], [.. columns.Select(c => c.ToArray())], rows);
        return new LearningRows(data, [.. labels], [.. keys], uses, notes);
    }

    private static string Text(string column) => Sql.Fill("text", ("column", SqlName.Quote(column))).Trim();

    // Thousands with commas, decimals with a comma, currency and percent signs; what is no number is NULL.
    private static string Number(string column) => Sql.Fill("number", ("text", Text(column))).Trim();

    private sealed record LabelValue(string? Value, long Rows);

    private sealed record ColumnProfile(
        int Place, long Rows, long Known, long Different, long Numbers, long DifferentNumbers, long Whole, double? Least, double? Most, long Moments, string? Odd);
}

/// <summary>How the columns of a table are seen.</summary>
/// <param name="Encoders">The columns that are learnt from.</param>
/// <param name="Uses">How each column is used, in words.</param>
/// <param name="Notes">What was left out or taken otherwise, in words.</param>
internal sealed record LearningEncoding(IReadOnlyList<ColumnEncoder> Encoders, IReadOnlyList<KeyValuePair<string, string>> Uses, IReadOnlyList<string> Notes);
