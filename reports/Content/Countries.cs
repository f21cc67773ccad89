using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Crm.Analytics.Reports.Content;

/// <summary>The shapes of the world's countries (Natural Earth 1:110m, public domain, by world-atlas), and the names people write for them.</summary>
internal static class Countries
{
    private static readonly Lazy<JsonDocument> atlas = new(Read);
    private static readonly Lazy<Dictionary<string, string>> names = new(Names);
    private static readonly Lazy<JsonObject> shapes = new(Shapes);

    /// <summary>What people write beside a country's English name, ISO code and the map's own name.</summary>
    private static readonly Dictionary<string, string> also = new(StringComparer.OrdinalIgnoreCase)
    {
        ["USA"] = "United States of America",
        ["US"] = "United States of America",
        ["United States"] = "United States of America",
        ["UK"] = "United Kingdom",
        ["Great Britain"] = "United Kingdom",
        ["England"] = "United Kingdom",
        ["EIRE"] = "Ireland",
        ["RSA"] = "South Africa",
        ["Czech Republic"] = "Czechia",
        ["UAE"] = "United Arab Emirates",
        ["Korea"] = "South Korea",
        ["Republic of Korea"] = "South Korea",
        ["Türkiye"] = "Turkey",
        ["North Macedonia"] = "Macedonia",
        ["Bosnia and Herzegovina"] = "Bosnia and Herz.",
        ["Bosnia & Herzegovina"] = "Bosnia and Herz.",
        ["Dominican Republic"] = "Dominican Rep.",
        ["Russian Federation"] = "Russia",
        ["Ivory Coast"] = "Côte d'Ivoire",
        ["Viet Nam"] = "Vietnam",
        ["Congo (DRC)"] = "Dem. Rep. Congo",
        ["Eswatini"] = "eSwatini",
        ["Myanmar (Burma)"] = "Myanmar",
        ["Holland"] = "Netherlands",
        ["The Netherlands"] = "Netherlands",
    };

    /// <summary>The map's own name of a country, by English name or ISO 3166 code; null when the map has no shape for it.</summary>
    public static string? Shape(string? country) => country is null ? null : names.Value.GetValueOrDefault(country.Trim());

    /// <summary>The shapes as GeoJSON, for charts; Antarctica, where nobody buys, is left out.</summary>
    public static JsonObject World => shapes.Value;

    private static JsonDocument Read()
    {
        using var stream = typeof(Countries).Assembly.GetManifestResourceStream("output/world.json")!;
        return JsonDocument.Parse(stream);
    }

    private static IEnumerable<JsonElement> Geometries() => atlas.Value.RootElement.GetProperty("objects").GetProperty("countries").GetProperty("geometries").EnumerateArray();

    private static string NameOf(JsonElement geometry) => geometry.GetProperty("properties").GetProperty("name").GetString()!;

    private static Dictionary<string, string> Names()
    {
        var known = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var geometry in Geometries())
        {
            known[NameOf(geometry)] = NameOf(geometry);
        }

        foreach (var (written, shape) in also)
        {
            known.TryAdd(written, shape);
        }

        foreach (var region in CultureInfo.GetCultures(CultureTypes.SpecificCultures).Select(c => new RegionInfo(c.Name)).Where(r => r.TwoLetterISORegionName.Length == 2).DistinctBy(r => r.TwoLetterISORegionName))
        {
            if (known.TryGetValue(region.EnglishName, out var shape))
            {
                known.TryAdd(region.TwoLetterISORegionName, shape);
                known.TryAdd(region.ThreeLetterISORegionName, shape);
            }
        }

        return known;
    }

    /// <summary>TopoJSON keeps each border once, as whole-number steps; GeoJSON wants every ring in degrees. One decimal is 11 km, less than the picture shows.</summary>
    private static JsonObject Shapes()
    {
        var root = atlas.Value.RootElement;
        var (scale, shift) = (Pair(root.GetProperty("transform").GetProperty("scale")), Pair(root.GetProperty("transform").GetProperty("translate")));
        var arcs = root.GetProperty("arcs").EnumerateArray().Select(arc =>
        {
            var (x, y) = (0.0, 0.0);
            return arc.EnumerateArray().Select(step =>
            {
                (x, y) = (x + step[0].GetDouble(), y + step[1].GetDouble());
                return (X: Math.Round((x * scale.X) + shift.X, 1), Y: Math.Round((y * scale.Y) + shift.Y, 1));
            }).ToList();
        }).ToList();
        return new JsonObject
        {
            ["type"] = "FeatureCollection",
            ["features"] = new JsonArray([.. Geometries().Where(g => NameOf(g) != "Antarctica").Select(g => new JsonObject
            {
                ["type"] = "Feature",
                ["properties"] = new JsonObject { ["name"] = NameOf(g) },
                ["geometry"] = new JsonObject
                {
                    ["type"] = "MultiPolygon",
                    ["coordinates"] = new JsonArray([.. (g.GetProperty("type").GetString() == "Polygon" ? [g.GetProperty("arcs")] : g.GetProperty("arcs").EnumerateArray().ToArray())
                        .Select(polygon => new JsonArray([.. polygon.EnumerateArray().Select(ring => Ring(ring, arcs))]))]),
                },
            })]),
        };
    }

    private static JsonArray Ring(JsonElement ring, List<List<(double X, double Y)>> arcs)
    {
        var points = new List<(double X, double Y)>();
        foreach (var index in ring.EnumerateArray().Select(i => i.GetInt32()))
        {
            // A negative number is an arc walked backwards; arcs that meet share a point.
            var arc = index >= 0 ? arcs[index] : Enumerable.Reverse(arcs[~index]).ToList();
            foreach (var point in arc.Where(p => points.Count == 0 || points[^1] != p))
            {
                points.Add(point);
            }
        }

        // A country on both sides of the date line is drawn whole on one of them, not as a band around the world.
        var isCut = points.Zip(points.Skip(1), (a, b) => Math.Abs(a.X - b.X)).Any(step => step > 180);
        return new JsonArray([.. points.Select(p => (JsonNode)new JsonArray(isCut && p.X < 0 ? Math.Round(p.X + 360, 1) : p.X, p.Y))]);
    }

    private static (double X, double Y) Pair(JsonElement pair) => (pair[0].GetDouble(), pair[1].GetDouble());
}
