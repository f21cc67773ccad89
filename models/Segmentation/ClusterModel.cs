using System.Globalization;
using Crm.Analytics.Models.Numerics;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Segmentation;

/// <summary>
/// Which customers are alike: clusters over measures of the star, <c>star.score_cluster</c> and <c>star.score_cluster_profile</c>. Counts and amounts are compared on their
/// logarithms, since few customers have most of them. Of very many customers a sample is searched, and the others go where the nearest centre is.
/// </summary>
public sealed class ClusterModel : IStarModel
{
    private const int MostSearched = 20_000;
    private const int FewestCustomers = 20;

    private static readonly SqlFile Sql = SqlFile.Beside<ClusterModel>();

    private static readonly HashSet<string> plain = ["days_since_last_order", "days_since_first_order", "return_rate", "rating", "age"];

    /// <inheritdoc/>
    public string Name => "clusters";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } =
        ["star.fact_sales", "star.fact_support_case", "star.fact_campaign_contact", "star.fact_web_event", "star.fact_survey_response", "star.dim_customer"];

    /// <inheritdoc/>
    public object? SettingsOf(Project project) => project.Settings.Learning.Clusters;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input)
    {
        var (session, settings) = (input.Session, (ClusterSettings)input.Settings);
        if (session.Scalar<DateOnly?>(Sql.Fill("newest")) is not { } newest)
        {
            return StarOutcome.Nothing;
        }

        session.Execute(Sql.Fill("customers"), new { newest }, input.Cancellation);
        ScoreTable.Empty(session, input.Catalogue, "cluster");
        ScoreTable.Empty(session, input.Catalogue, "cluster_profile");
        var customers = session.Scalar<long>(Sql.Fill("count"));
        var (keys, rows) = Sample(input, settings);
        var standard = StandardRows.Of(rows);
        var different = ClusterSearch.DifferentRows(standard);
        var lack = customers < FewestCustomers || different < 3
            ? string.Create(CultureInfo.InvariantCulture, $"no clusters: {customers:N0} customers, {different:N0} of them different in what is compared; at least {FewestCustomers} and 3 are needed")
            : null;
        var found = lack is null ? ClusterSearch.Find(rows, new ClusterOptions(settings.Method, settings.Count is { } count ? Math.Min(count, different) : null, settings.Seed)) : null;
        if (found is not null)
        {
            Write(input, settings, newest, keys, standard, found);
        }

        var changed = ScoreTable.WriteMonth(input, "cluster", newest, "customer_key") + ScoreTable.WriteMonth(input, "cluster_profile", newest, "cluster", "measure");
        session.Execute(Sql.Fill("forget"));
        return new(newest, changed, found is null ? 0 : customers, [.. lack is null ? Notes(settings, customers, different, standard, found!) : [lack]])
        {
            Quality = new Dictionary<string, double?>
            {
                ["customers"] = customers,
                ["clusters"] = found?.Chosen.Clusters,
                ["silhouette"] = Rounded(found?.Chosen.Silhouette),
                ["within_squares"] = Rounded(found?.Chosen.WithinSquares),
            },
        };
    }

    private static double? Rounded(double? number) => number is { } n && double.IsFinite(n) ? Math.Round(n, 9) : null;

    private static IEnumerable<string> Notes(ClusterSettings settings, long customers, int different, StandardRows standard, FoundClusters found)
    {
        if (settings.Count > different)
        {
            yield return $"{settings.Count} clusters were asked for, but only {different} customers differ: there are {different} clusters";
        }

        if (settings.Measures.Where((_, j) => standard.Scales[j] == 0).ToList() is { Count: > 0 } constant)
        {
            yield return $"{string.Join(", ", constant)}: the same for everybody (or not known), so not compared";
        }

        if (customers > MostSearched)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"clusters were looked for among {MostSearched:N0} of {customers:N0} customers; each other one went to the nearest centre");
        }

        if (found.Note is { } note)
        {
            yield return note;
        }

        if (found.Chosen.Silhouette is < 0.25)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"the silhouette is {found.Chosen.Silhouette:0.00}: customers form no clear groups, and the clusters cut through what is one cloud");
        }
    }

    private static string Compared(string measure) => Sql.Fill(plain.Contains(measure) ? "plain" : "logarithm", ("measure", SqlName.Quote(measure))).Trim();

    private static (int[] Keys, List<double[]> Rows) Sample(StarInput input, ClusterSettings settings)
    {
        var (keys, rows) = (new List<int>(), new List<double[]>());
        var width = settings.Measures.Count;
        var most = MostSearched.ToString(CultureInfo.InvariantCulture);
        input.Session.Stream(Sql.Fill("sample", ("measures", SqlName.List(settings.Measures.Select(Compared))), ("most", most)), null, r =>
        {
            keys.Add(r.GetInt32(0));
            var row = new double[width];
            for (var j = 0; j < width; j++)
            {
                row[j] = r.IsDBNull(j + 1) ? double.NaN : r.GetDouble(j + 1);
            }

            rows.Add(row);
        }, input.Cancellation);
        return ([.. keys], rows);
    }

    private static void Write(StarInput input, ClusterSettings settings, DateOnly newest, int[] keys, StandardRows standard, FoundClusters found)
    {
        var session = input.Session;
        static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
        var distances = found.Centres.Select(centre => string.Join(" + ", settings.Measures.Select((m, j) => (Measure: m, Place: j)).Where(m => standard.Scales[m.Place] > 0).Select(m => Sql.Fill(
            "distance", ("measure", Compared(m.Measure)), ("mean", Text(standard.Means[m.Place])), ("centre", Text(centre[m.Place])), ("scale", Text(standard.Scales[m.Place]))).Trim())));
        var sampled = ScoreTable.Json(keys.Select((k, i) => new { CustomerKey = k, Cluster = found.Clusters[i] }));
        session.Execute(Sql.Fill("clusters", ("distances", SqlName.List(distances))), new { sampled }, input.Cancellation);
        var means = settings.Measures.SelectMany(m => session.Query<Mean>(Sql.Fill("mean", ("measure", m)), null, input.Cancellation)).ToList();
        var profiles = Enumerable.Range(1, found.Centres.Length).Select(c => new
        {
            Cluster = c,
            Profile = ClusterProfile.Words(
                settings.Measures, [.. settings.Measures.Select(m => means.FirstOrDefault(r => r.Cluster == c && r.Measure == m)?.Value ?? 0)], found.Standard[c - 1]),
        });
        session.Execute(Sql.Fill("rows"), new { newest, profiles = ScoreTable.Json(profiles) }, input.Cancellation);
        var rows = means.Select(m => new
        {
            m.Cluster,
            m.Measure,
            m.Customers,
            Mean = Rounded(m.Value),
            Deviations = Rounded(found.Standard[m.Cluster - 1][settings.Measures.ToList().IndexOf(m.Measure)]),
        });
        session.Execute(Sql.Fill("profile_rows"), new { newest, rows = ScoreTable.Json(rows) }, input.Cancellation);
    }

    private sealed record Mean(long Cluster, string Measure, long Customers, double? Value);
}
