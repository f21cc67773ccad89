using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>The ways on from a cell.</summary>
internal enum DrillWay
{
    /// <summary>A level finer.</summary>
    Down,

    /// <summary>A level coarser.</summary>
    Up,

    /// <summary>By another dimension.</summary>
    Across,

    /// <summary>Through to the rows of the fact.</summary>
    Through,
}

/// <summary>A request to <c>/v1/drill</c>: a question, a cell of its answer, and where to go from it.</summary>
/// <param name="Asked">The question.</param>
/// <param name="Cell">Value by member; null for a missing value.</param>
/// <param name="Way">Where to go.</param>
/// <param name="Member">For down and up: the dimension to go from; null: the last one. For across: the dimension to go to.</param>
/// <param name="Path">For down and up: the hierarchy to follow; null: the first that goes on.</param>
internal sealed record DrillRequest(LoadQuestion Asked, IReadOnlyDictionary<string, object?> Cell, DrillWay Way, string? Member, string? Path)
{
    /// <summary>The keys of a request.</summary>
    public static readonly string[] Keys = ["query", "cell", "go", "from", "to", "path", "format"];

    private const int MostMembers = 100;

    /// <summary>Reads a request.</summary>
    /// <param name="body">An object with the keys of <see cref="Keys"/>.</param>
    /// <param name="settings">The project's settings.</param>
    /// <exception cref="Warehouse.CrmException">It is not what it must be; says where.</exception>
    public static DrillRequest Read(StrictJson body, ProjectSettings settings)
    {
        body = body.Object(Keys);
        var query = body.Find("query") ?? throw ApiErrors.Wrong("no query", "the request", "the key 'query'", "Send the question whose cell is meant as {\"query\": {…}, \"cell\": {…}}");
        if (query.IsArray)
        {
            throw query.Wrong("one query");
        }

        var request = LoadRequest.Read(query, null, settings);
        if (request.Questions.Count != 1)
        {
            throw ApiErrors.Wrong("ranges to compare", query.Place, "one question", "Send the query with the range that the cell is of as its dateRange");
        }

        var way = WayOf(body.Find("go"));
        if (way == DrillWay.Through && request.Questions[0].Query.Offset is > 0 and var offset)
        {
            throw ApiErrors.Wrong($"{offset}", "query.offset", "none: rows of facts have no order", "Stream all rows; that takes no memory");
        }

        var (from, to) = (body.Find("from")?.Text(), body.Find("to")?.Text());
        if (way == DrillWay.Across && to is null)
        {
            throw ApiErrors.Wrong("no dimension to go to", "to", "the dimension to go across to", "Name it");
        }

        var misplaced = way == DrillWay.Across ? from is null ? null : "from" : to is not null ? "to" : way == DrillWay.Through && from is not null ? "from" : null;
        return misplaced is not null
            ? throw ApiErrors.Wrong($"the key '{misplaced}'", misplaced, way switch { DrillWay.Across => "'to'", DrillWay.Through => "neither 'from' nor 'to'", _ => "'from'" }, "Remove it, or go another way")
            : new(request.Questions[0], Cells(body.Find("cell")), way, way == DrillWay.Across ? to : from, body.Find("path")?.Text());
    }

    private static DrillWay WayOf(StrictJson? go) => go?.Text() switch
    {
        null or "down" => DrillWay.Down,
        "up" => DrillWay.Up,
        "across" => DrillWay.Across,
        "through" => DrillWay.Through,
        _ => throw go.Value.Wrong("down, up, across or through"),
    };

    private static Dictionary<string, object?> Cells(StrictJson? cell)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (cell is not { } named)
        {
            return values;
        }

        if (!named.IsObject)
        {
            throw named.Wrong("an object: value by member");
        }

        foreach (var (name, value) in named.Properties())
        {
            values[name] = value.IsNull ? null : value.Scalar();
        }

        return values.Count <= MostMembers ? values : throw named.Wrong($"at most {MostMembers} members");
    }
}
