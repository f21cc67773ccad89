using System.Globalization;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Kinds;

/// <summary>What a kind of model is fitted from.</summary>
/// <param name="Session">An in-memory instance of its own; the kind may make temporary tables there.</param>
/// <param name="Table">The data: a table whose columns are all text.</param>
/// <param name="Columns">Its columns, in the order of the file.</param>
/// <param name="File">The file, for errors.</param>
/// <param name="Kind">The kind that is fitted.</param>
/// <param name="Given">The options as given; flags as <c>true</c>.</param>
public sealed record KindInput(
    ISession Session, string Table, IReadOnlyList<string> Columns, string File, IModelKind Kind, IReadOnlyDictionary<string, string> Given)
{
    /// <summary>Stops the fit.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The option's value, its default, or null.</summary>
    public string? Text(string option)
        => Given.TryGetValue(option, out var value) ? value : Kind.Options.FirstOrDefault(o => o.Name == option)?.Default;

    /// <summary>Whether a flag is given.</summary>
    public bool Flag(string option) => Text(option) == "true";

    /// <summary>A number; null when it is not given and has no default.</summary>
    /// <exception cref="CrmException">It is no number within the range.</exception>
    public double? Number(string option, double from = double.NegativeInfinity, double to = double.PositiveInfinity)
    {
        if (Text(option) is not { } text)
        {
            return null;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to
            ? number
            : throw Wrong(option, text, Range("a number", from, to));
    }

    /// <summary>A whole number; null when it is not given and has no default.</summary>
    /// <exception cref="CrmException">It is no whole number within the range.</exception>
    public int? Whole(string option, int from = int.MinValue, int to = int.MaxValue)
    {
        if (Text(option) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to
            ? number
            : throw Wrong(option, text, Range("a whole number", from, to));
    }

    /// <summary>A day, written yyyy-MM-dd or yyyyMMdd; null when it is not given.</summary>
    /// <exception cref="CrmException">It is no day.</exception>
    public DateOnly? Day(string option)
    {
        if (Text(option) is not { } text)
        {
            return null;
        }

        return DateOnly.TryParseExact(text, ["yyyy-MM-dd", "yyyyMMdd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : throw Wrong(option, text, "a day as 2011-12-31");
    }

    /// <summary>One of the words that the option takes; null when it is not given and has no default.</summary>
    /// <exception cref="CrmException">It is none of them.</exception>
    public string? Choice(string option, params IReadOnlyCollection<string> words)
        => Text(option) is not { } text || words.Contains(text) ? Text(option) : throw Wrong(option, text, NearestName.Expected("one of", text, words));

    /// <summary>The column that an option names, by name (letter case ignored) or by its place from 1; null when the option is not given.</summary>
    /// <exception cref="CrmException">There is no such column, or the option is required and missing.</exception>
    public string? Column(string option)
    {
        if (Text(option) is { } named)
        {
            return ColumnNamed(option, named);
        }

        return Kind.Options.Any(o => o.Name == option && o.Required)
            ? throw new CrmException(FailureKind.WrongUse, $"no --{option}", $"crm model fit {Kind.Name}", $"--{option} COLUMN, one of {string.Join(", ", Columns)}", "Name the column")
            : null;
    }

    /// <summary>Several columns, written with commas between; empty when the option is not given.</summary>
    /// <exception cref="CrmException">There is no such column.</exception>
    public IReadOnlyList<string> ColumnList(string option)
        => Text(option) is { } text ? [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(c => ColumnNamed(option, c))] : [];

    /// <summary>A column's value as a number, as an expression: blanks, currency signs and thousands separators are left out; what is no number is NULL.</summary>
    public static string NumberOf(string column) => NumberReading.Of($"trim({SqlName.Quote(column)})");

    /// <summary>The same, of a column that must have a number in some row.</summary>
    /// <exception cref="CrmException">It has values, and none of them is a number.</exception>
    public string NumbersOf(string column)
    {
        var found = NumberReading.Find(Session, Table, column, Cancellation);
        return found is { Known: > 0, Numbers: 0 }
            ? throw Unfit($"no number in column {column}, but such as '{found.Odd}'", "a column of numbers", "Name another column")
            : NumberOf(column);
    }

    /// <summary>An error about an option.</summary>
    public CrmException Wrong(string option, string found, string expected)
        => new(FailureKind.WrongUse, $"'{found}'", $"--{option}", expected, $"Correct it; `crm model list {Kind.Name}` tells the options");

    /// <summary>The data cannot carry the model.</summary>
    public CrmException Unfit(string found, string expected, string next) => new(FailureKind.Failed, found, File, expected, next);

    private string ColumnNamed(string option, string name)
    {
        if ((Columns.FirstOrDefault(c => c == name) ?? Columns.FirstOrDefault(c => c.Equals(name, StringComparison.OrdinalIgnoreCase))) is { } found)
        {
            return found;
        }

        return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place >= 1 && place <= Columns.Count
            ? Columns[place - 1]
            : throw Wrong(option, name, NearestName.Expected($"a column of {File}, by name or by its place from 1", name, [.. Columns]));
    }

    private static string Range(string what, double from, double to) => (double.IsFinite(from) && from > int.MinValue, double.IsFinite(to) && to < int.MaxValue) switch
    {
        (true, true) => string.Create(CultureInfo.InvariantCulture, $"{what} from {from} to {to}"),
        (true, false) => string.Create(CultureInfo.InvariantCulture, $"{what}, at least {from}"),
        (false, true) => string.Create(CultureInfo.InvariantCulture, $"{what}, at most {to}"),
        _ => what,
    };
}
