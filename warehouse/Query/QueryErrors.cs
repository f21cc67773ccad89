namespace Crm.Analytics.Warehouse.Query;

/// <summary>Every way a question can be refused, with its four facts.</summary>
internal static class QueryErrors
{
    public static CrmException Wrong(string where, string found, string expected, string next)
        => new(FailureKind.WrongUse, found, where, expected, next);

    public static CrmException UnknownCube(string name, string where, IEnumerable<string> known)
        => Wrong(where, $"there is no cube '{name}'", Nearest("a cube", name, known), "Name measures as cube.measure");

    public static CrmException Unqualified(string name, string where, IEnumerable<string> known)
        => Wrong(where, $"'{name}' is not a full member name", Nearest("cube.member or dimension.attribute", name, known), "Write the part before the dot too");

    public static CrmException UnknownMeasure(string name, string where, IEnumerable<string> known)
        => Wrong(where, $"there is no measure '{name}'", Nearest("a measure", name, known), "Correct the name");

    public static CrmException UnknownSegment(string name, IEnumerable<string> known)
        => Wrong("the segments", $"there is no segment '{name}'", Nearest("a segment of the cube", name, known), "Correct the name");

    public static CrmException Unreachable(string name, string where, string reason, IEnumerable<string> reachable)
        => Wrong(where, $"'{name}' cannot be asked here: {reason}", Nearest("a dimension that is reachable", name, reachable), "Ask for one that is reachable, or leave it out");

    public static CrmException MeasureAsDimension(string name, string where)
        => Wrong(where, $"'{name}' is a measure", "a dimension", "Put it among the measures");

    public static CrmException DimensionAsMeasure(string name)
        => Wrong("the measures", $"'{name}' is a dimension", "a measure", "Put it among the dimensions");

    public static CrmException SeveralCubes(IReadOnlyList<string> cubes)
        => Wrong("the measures", $"they come from {cubes.Count} cubes: {string.Join(", ", cubes)}", "measures of one cube", "Ask one question for each cube");

    public static CrmException Twice(string name, string where)
        => Wrong(where, $"'{name}' is asked twice", "each member once", "Leave one out");

    public static CrmException Declared(SourceLocation where, string found, string expected, string next = "Correct the declaration; `crm check` shows all that is wrong with it")
        => new(FailureKind.CheckFailed, found, where.ToString(), expected, next);

    private static string Nearest(string expected, string given, IEnumerable<string> known)
        => NearestName.Of(given, known) is { } name ? $"{expected}; the nearest is '{name}'" : $"{expected}; none is declared";
}
