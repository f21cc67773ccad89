namespace Crm.Analytics.Warehouse.Declarations.Shapes;

/// <summary>Values that must not stand in a file which people share.</summary>
internal static class Secret
{
    /// <summary><see cref="IsReference"/> as a regular expression, for editors.</summary>
    public const string ReferencePattern = @"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$";

    private static readonly string[] names = ["password", "token", "secret", "api_key"];

    /// <summary>True for keys whose values are secrets by their name.</summary>
    public static bool IsName(string key)
    {
        if (key.Equals("connection", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        foreach (var name in names)
        {
            if (key.EndsWith(name, StringComparison.OrdinalIgnoreCase)
                && (key.Length == name.Length || key[^(name.Length + 1)] is '_' or '-'))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True for <c>${NAME}</c>: the value comes from the environment, or from a secret file named like it.</summary>
    public static bool IsReference(string text)
    {
        if (text.Length < 4 || !text.StartsWith("${", StringComparison.Ordinal) || text[^1] != '}' || char.IsAsciiDigit(text[2]))
        {
            return false;
        }

        foreach (var c in text.AsSpan(2, text.Length - 3))
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }
}
