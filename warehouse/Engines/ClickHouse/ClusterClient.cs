using System.Data;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Crm.Analytics.Warehouse.Engines.ClickHouse;

/// <summary>
/// Speaks with the nodes of a cluster over HTTP. Values travel as parameters; what the words of a statement mean is set with each request, so that they mean
/// what they mean in the warehouse. A node that is away is an error, never a shorter answer. Safe for use from several threads.
/// </summary>
public sealed class ClusterClient : IDisposable
{
    private const string Answers = "JSONCompactEachRowWithNamesAndTypes";

    // Semantics of the shared text (docs/decisions/0041); skip_unavailable_shards is never among them.
    private static readonly (string Name, string Value)[] Settings =
    [
        ("join_use_nulls", "1"), ("group_by_use_nulls", "1"), ("aggregate_functions_null_for_empty", "1"), ("prefer_column_name_to_alias", "1"),
        ("union_default_mode", "DISTINCT"), ("cast_keep_nullable", "1"), ("enable_extended_results_for_datetime_functions", "1"), ("transform_null_in", "0"),
        ("session_timezone", "UTC"), ("optimize_rewrite_aggregate_function_with_if", "0"), ("query_plan_optimize_join_order_limit", "0"), ("skip_unavailable_shards", "0"), ("mutations_sync", "1"),
        ("output_format_decimal_trailing_zeros", "1"), ("output_format_json_quote_decimals", "1"), ("output_format_json_quote_64bit_integers", "0"),
        ("output_format_json_quote_denormals", "1"), ("cancel_http_readonly_queries_on_client_close", "1"), ("max_partitions_per_insert_block", "0"),
        ("input_format_null_as_default", "0"), ("connect_timeout_with_failover_ms", "2000"), ("date_time_overflow_behavior", "throw"),
    ];

    private readonly HttpClient _http;
    private readonly string _settings = string.Concat(Settings.Select(s => $"&{s.Name}={s.Value}"));

    /// <summary>Prepares to speak; nothing is sent yet.</summary>
    /// <param name="address">The cluster.</param>
    /// <param name="login">Who asks.</param>
    public ClusterClient(ClusterAddress address, ClusterLogin login)
    {
        Address = address;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        if (login.User is { } user)
            _http.DefaultRequestHeaders.Add("X-ClickHouse-User", user);
        if (login.Password is { } password)
            _http.DefaultRequestHeaders.Add("X-ClickHouse-Key", password);
    }

    /// <summary>The cluster.</summary>
    public ClusterAddress Address { get; }

    /// <summary>The node that answers questions and passes them on to the others.</summary>
    public ClusterNode First => Address.Nodes[0];

    /// <summary>Runs a statement that answers nothing.</summary>
    /// <exception cref="ClusterException">The node refused it or is away.</exception>
    public void Execute(ClusterNode node, string sql, CancellationToken cancellation = default)
    {
        using var response = Send(node, sql, null, null, cancellation);
    }

    /// <summary>Runs a query and hands each row to <paramref name="row"/>.</summary>
    /// <exception cref="ClusterException">The node refused it, broke off, or is away.</exception>
    public void Stream(ClusterNode node, string sql, IReadOnlyDictionary<string, object?>? parameters, Action<IDataRecord> row, CancellationToken cancellation = default)
    {
        using var response = Send(node, sql, parameters, null, cancellation);
        using var breaking = cancellation.Register(response.Dispose);
        try
        {
            using var reader = new StreamReader(response.Content.ReadAsStream(cancellation), Encoding.UTF8);
            Read(node, reader, row, cancellation);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or ObjectDisposedException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw ClusterException.Away(node, e);
        }
    }

    /// <summary>Runs a query of one row and one column.</summary>
    /// <exception cref="ClusterException">The node refused it or is away.</exception>
    public long Number(ClusterNode node, string sql, CancellationToken cancellation = default)
    {
        var number = 0L;
        Stream(node, sql, null, record => number = record.IsDBNull(0) ? 0 : Convert.ToInt64(record.GetValue(0), CultureInfo.InvariantCulture), cancellation);
        return number;
    }

    /// <summary>Sends a Parquet file into a table of one node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="into">The table with its columns, as <c>db.table (a, b)</c>.</param>
    /// <param name="file">The file.</param>
    /// <param name="cancellation">Stops the sending.</param>
    /// <exception cref="ClusterException">The node refused it or is away; rows of it may be there already.</exception>
    public void Insert(ClusterNode node, string into, string file, CancellationToken cancellation = default)
    {
        using var body = File.OpenRead(file);
        using var response = Send(node, $"INSERT INTO {into} FORMAT Parquet", null, body, cancellation);
    }

    /// <summary>Writes a query's rows as Parquet into a stream.</summary>
    /// <exception cref="ClusterException">The node refused it, broke off, or is away.</exception>
    public void Fetch(ClusterNode node, string sql, Stream into, CancellationToken cancellation = default)
    {
        using var response = Send(node, $"{sql}\nFORMAT Parquet", null, null, cancellation);
        try
        {
            using var body = response.Content.ReadAsStream(cancellation);
            body.CopyTo(into);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw ClusterException.Away(node, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private HttpResponseMessage Send(ClusterNode node, string sql, IReadOnlyDictionary<string, object?>? parameters, Stream? body, CancellationToken cancellation)
    {
        var uri = new StringBuilder($"?default_format={Answers}{_settings}");
        foreach (var (name, value) in parameters ?? new Dictionary<string, object?>())
            uri.Append("&param_").Append(name).Append('=').Append(Uri.EscapeDataString(Text(value)));
        if (body is not null)
            uri.Append("&query=").Append(Uri.EscapeDataString(sql));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node.Address, uri.ToString()))
        {
            Content = body is null ? new StringContent(sql, Encoding.UTF8, "text/plain") : new StreamContent(body, 1 << 20),
        };
        HttpResponseMessage response;
        try
        {
            response = _http.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw ClusterException.Away(node, e);
        }

        if (response.IsSuccessStatusCode && !response.Headers.Contains("X-ClickHouse-Exception-Code"))
            return response;
        using (response)
        using (var reader = new StreamReader(response.Content.ReadAsStream(cancellation)))
            throw ClusterException.Said(node, reader.ReadToEnd());
    }

    private static void Read(ClusterNode node, StreamReader reader, Action<IDataRecord> row, CancellationToken cancellation)
    {
        ClusterRecord? record = null;
        string[]? names = null;
        while (reader.ReadLine() is { } line)
        {
            cancellation.ThrowIfCancellationRequested();
            if (line.Length == 0)
                continue;

            // An error in the middle of an answer stands where a row would.
            if (line[0] != '[')
                throw ClusterException.Said(node, $"{line}\n{reader.ReadToEnd()}");
            using var values = JsonDocument.Parse(line);
            if (names is null)
                names = [.. values.RootElement.EnumerateArray().Select(v => v.GetString()!)];
            else if (record is null)
                record = new ClusterRecord(names, [.. values.RootElement.EnumerateArray().Select(v => v.GetString()!)]);
            else
                row(record.Of(values.RootElement));
        }

        if (record is null)
            throw ClusterException.Away(node, new IOException("the answer has no beginning"));
    }

    /// <summary>A value as the engine reads parameters: backslash, tab and line end escaped.</summary>
    private static string Text(object? value) => value switch
    {
        null => "\\N",
        string text => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\r", "\\r", StringComparison.Ordinal).Replace("\0", "\\0", StringComparison.Ordinal),
        bool truth => truth ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime moment => moment.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"a parameter of type {value.GetType().Name}"),
    };
}
