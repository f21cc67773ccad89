using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Clv;

/// <summary>
/// Which customers share their covariates: temporary table <c>clv_cell</c> (customer, cell), made from <c>clv_covariate</c> (customer, and a column of text for each).
/// Texts are coded by level, against the most frequent one; numbers stand as they are, large ones in standard deviations from their mean.
/// </summary>
/// <param name="Names">Names of the coded covariates.</param>
/// <param name="Values">Their values in each cell.</param>
/// <param name="Notes">How columns were coded, where that is not plain.</param>
internal sealed record CovariateCells(IReadOnlyList<string> Names, IReadOnlyList<double[]> Values, IReadOnlyList<string> Notes)
{
    private const int MostLevels = 12;
    private const int LeastCustomers = 30;
    private const double Plain = 10;

    private static readonly SqlFile Sql = SqlFile.Beside<CovariateCells>();

    /// <summary>Most combinations of values: each has a likelihood of its own.</summary>
    public const int MostCells = 5_000;

    /// <summary>No covariates: all customers are alike.</summary>
    public static CovariateCells None { get; } = new([], [[]], []);

    /// <summary>Whether there are covariates.</summary>
    public bool HasAny => Names.Count > 0;

    /// <summary>Codes the columns and makes the table; null, and nothing made, when there are too many combinations.</summary>
    public static CovariateCells? Make(ISession session, IReadOnlyList<string> columns, CancellationToken cancellation)
    {
        var coded = columns.Select(c => Code(session, c, cancellation)).ToList();
        var keys = SqlName.List(coded.Select((_, i) => Key(i)));
        session.Execute(Sql.Fill("cells", ("codes", SqlName.List(coded.Select((c, i) => $"{c.Expression} AS {Key(i)}"))), ("keys", keys)), null, cancellation);
        if (session.Scalar<long>(Sql.Fill("count")) > MostCells)
        {
            Forget(session);
            return null;
        }

        var values = new List<double[]>();
        session.Stream(Sql.Fill("combinations", ("keys", keys)), null, r => values.Add([.. coded.SelectMany((c, i) => c.Values(r.GetDouble(i)))]), cancellation);
        return new([.. coded.SelectMany(c => c.Names)], values, [.. coded.SelectMany(c => c.Notes)]);
    }

    /// <summary>Drops the tables.</summary>
    public static void Forget(ISession session) => session.Execute(Sql.Fill("forget"));

    private static Coded Code(ISession session, string column, CancellationToken cancellation)
    {
        var quoted = SqlName.Quote(column);
        var kind = session.Query<Kind>(Sql.Fill("kind", ("column", quoted)), null, cancellation)[0];
        return kind.IsNumber ? Number(column, quoted, kind) : Text(column, quoted, session, kind.Customers, cancellation);
    }

    private static Coded Number(string column, string quoted, Kind kind)
    {
        string[] missing = kind.Known < kind.Customers ? [$"{column}: {kind.Customers - kind.Known:N0} customers without a value count with {(kind.Largest > Plain ? "the mean" : "0")}"] : [];
        return kind.Largest <= Plain || !(kind.Deviation > 0)
            ? new(Sql.Fill("number_code", ("column", quoted)).Trim(), [column], v => [v], missing)
            : new(
                Sql.Fill("scaled_code", ("column", quoted), ("mean", Literal(kind.Mean)), ("deviation", Literal(kind.Deviation))).Trim(), [$"{column}_sd"], v => [v],
                [string.Create(CultureInfo.InvariantCulture, $"{column}_sd: {column} in standard deviations of {kind.Deviation:0.###} from its mean of {kind.Mean:0.###}, to the tenth"), .. missing]);
    }

    private static Coded Text(string column, string quoted, ISession session, long customers, CancellationToken cancellation)
    {
        var most = MostLevels.ToString(CultureInfo.InvariantCulture);
        var levels = session.Query<Level>(Sql.Fill("levels", ("column", quoted), ("most", most)), null, cancellation);
        var kept = levels.Where((l, i) => i == 0 || l.Customers >= LeastCustomers).ToList();
        var others = customers - kept.Sum(l => l.Customers);
        var whens = string.Join(' ', kept.Select((l, i) => Sql.Fill("when", ("level", SqlName.Literal(l.Value)), ("code", i.ToString(CultureInfo.InvariantCulture))).Trim()));
        var expression = Sql.Fill("text_code", ("column", quoted), ("whens", whens), ("other", kept.Count.ToString(CultureInfo.InvariantCulture))).Trim();
        string[] names = [.. kept.Skip(1).Select(l => l.Value), .. others > 0 ? (string[])["(other)"] : []];
        string[] notes =
        [
            $"{column}: compared with {kept[0].Value}, the most frequent",
            .. others > 0 ? (string[])[$"{column}: levels beyond the {MostLevels} most frequent, or of fewer than {LeastCustomers} customers, are one"] : [],
        ];
        return new(expression, [.. names.Select(n => $"{column}={n}")], v => [.. names.Select((_, i) => (int)v == i + 1 ? 1.0 : 0.0)], names.Length == 0 ? [$"{column}: the same for all customers, and left out"] : notes);
    }

    private static string Key(int place) => string.Create(CultureInfo.InvariantCulture, $"k{place}");

    private static string Literal(double number) => $"({number.ToString("R", CultureInfo.InvariantCulture)})";

    private sealed record Kind(bool IsNumber, double Largest, double Mean, double Deviation, long Known, long Customers);

    private sealed record Level(string Value, long Customers);

    private sealed record Coded(string Expression, IReadOnlyList<string> Names, Func<double, double[]> Values, IReadOnlyList<string> Notes);
}
