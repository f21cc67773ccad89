namespace Crm.Analytics.Warehouse.Declarations.Yaml;

/// <summary>What a user wrote, repeated in an error: in quotes, on one line, not too long.</summary>
internal static class Quoted
{
    private const int MostCharacters = 60;

    public static string Text(string text)
    {
        var shown = text.Length <= MostCharacters ? text : string.Concat(text.AsSpan(0, MostCharacters), "…");
        return $"'{string.Create(shown.Length, shown, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = char.IsControl(from[i]) ? ' ' : from[i];
            }
        })}'";
    }
}
