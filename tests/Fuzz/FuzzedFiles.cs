using System.Globalization;
using System.Text;
using Crm.Analytics.Tests.Connectors;

namespace Crm.Analytics.Tests.Fuzz;

/// <summary>Files of one kind to be damaged, with what is asked of them afterwards.</summary>
/// <param name="Name">Name of the kind.</param>
/// <param name="Extension">How their names end.</param>
/// <param name="Options">The stream's options.</param>
/// <param name="Make">Makes a file by its number.</param>
internal sealed record FuzzedFiles(string Name, string Extension, (string, string)[] Options, Func<int, byte[]> Make)
{
    /// <summary>Rows of a file.</summary>
    public const int Rows = 40;

    /// <summary>What a line becomes when it lands: its values; null where lines are no records.</summary>
    public Func<string, string>? ValuesOf { get; init; }

    /// <summary>How records end, where those before the first damage must land; null where that cannot be asked.</summary>
    public string? RecordEnd { get; init; }

    /// <summary>Whether the first line is a header.</summary>
    public bool HasHeader { get; init; }

    /// <summary>Damages what is within before it is packed, for formats whose checksum would end every other damage at once.</summary>
    public Func<int, Mutator, byte[]>? Within { get; init; }

    public static IReadOnlyList<FuzzedFiles> All(Func<int, byte[]> parquet) =>
    [
        new("csv", "csv", [("max_line_bytes", "2000")], i => Text(Csv(i))) { ValuesOf = l => l.Replace(',', '\u001f'), HasHeader = true },
        new("quoted csv", "csv", [("max_line_bytes", "2000")], i => Text(Quoted(i))),
        new("jsonl", "jsonl", [("max_line_bytes", "2000")], i => Text(string.Concat(Numbers(i).Select(n => Json(n) + "\n")))) { ValuesOf = Plain },
        new("json", "json", [("max_line_bytes", "2000")], i => Text($"[{string.Join(",\n", Numbers(i).Select(Json))}]")) { RecordEnd = "}" },
        new("fixed", "txt", [("format", "fixed"), ("widths", "8\n12\n12"), ("max_line_bytes", "2000")], i => Text(string.Concat(Numbers(i).Select(n => $"{n,-8}{$"tok-{n}",-12}{n * 1.25m,12:0.00}\n"))))
        {
            ValuesOf = l => string.Join('\u001f', l.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
        },
        new("xml", "xml", [("max_line_bytes", "2000")], i => Text(Xml(i))) { RecordEnd = "</o>" },
        new("gzip", "csv.gz", [], i => BadInputTests.Gzip(Csv(i))) { Within = (i, m) => BadInputTests.Gzip(Encoding.Latin1.GetString(m.Damage(Text(Csv(i))))) },
        new("parquet", "parquet", [], parquet),
        new("zip", "zip", [], i => WorkbookBytes.Zip(("a.csv", Text(Csv(i))), ("b.jsonl", Text(Json(i) + "\n")), ("c.parquet", parquet(i)))) { Within = null },
        new("xlsx", "xlsx", [], i => Workbook(Sheet(i)))
        {
            Within = (i, m) => Workbook(Encoding.UTF8.GetString(m.Damage(Text(Sheet(i))))),
        },
        new("xls", "xls", [], i => WorkbookBytes.Xls([["id", "name", "price"], .. Numbers(i).Take(30).Select(n => new object?[] { (double)n, $"tok-{n}", n * 1.25 })])),
    ];

    /// <summary>The rows of plain CSV.</summary>
    public static string Csv(int file) => "id,name,price\n" + string.Concat(Numbers(file).Select(n => string.Create(CultureInfo.InvariantCulture, $"{n},tok-{n},{n * 1.25m}\n")));

    private static IEnumerable<int> Numbers(int file) => Enumerable.Range((file * 100) + 1000, Rows);

    private static string Quoted(int file) => "id,name,price\r\n" + string.Concat(Numbers(file).Select(n =>
        string.Create(CultureInfo.InvariantCulture, $"{n},\"tok, \"\"{n}\"\"{(n % 7 == 0 ? "\nmore" : "")}\",{n * 1.25m}\r\n")));

    private static string Json(int n) => string.Create(CultureInfo.InvariantCulture, $"{{\"id\": {n}, \"name\": \"tok-{n}\", \"price\": {n * 1.25m}}}");

    /// <summary>The values of a JSON line that <see cref="Json"/> wrote.</summary>
    private static string Plain(string line)
    {
        using var json = System.Text.Json.JsonDocument.Parse(line);
        return string.Join('\u001f', json.RootElement.EnumerateObject().Select(p => p.Value.ToString()));
    }

    private static string Xml(int file) => "<?xml version=\"1.0\"?>\n<all>\n" + string.Concat(Numbers(file).Select(n =>
        string.Create(CultureInfo.InvariantCulture, $"<o id=\"{n}\"><name>tok-{n}</name><line>1</line><line>2</line><at><price>{n * 1.25m}</price></at></o>\n"))) + "</all>\n";

    private static string Sheet(int file) => WorkbookBytes.Row(1, "id", "name", "price")
        + string.Concat(Numbers(file).Select((n, i) => WorkbookBytes.Row(i + 2, $"{n}", $"tok-{n}", (n * 1.25m).ToString(CultureInfo.InvariantCulture))));

    private static byte[] Workbook(string rows) => WorkbookBytes.Xlsx(("One", rows, ["A2:A4", "B3:C3"]));

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
