using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors;

/// <summary>
/// Looks <c>${NAME}</c> up: in the environment variable NAME, else in the file that the environment variable NAME_FILE names, else in
/// <c>secrets/NAME</c> of the project folder. What was looked up is remembered, so that it can be taken out of texts that people see.
/// </summary>
/// <param name="folder">Full path of the project folder.</param>
/// <param name="environment">Reads an environment variable.</param>
public sealed class Secrets(string folder, Func<string, string?> environment)
{
    /// <summary>Shorter values are no secrets worth hiding, and hiding them would hide every text.</summary>
    private const int ShortestHidden = 4;

    private readonly HashSet<string> known = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    /// <summary>Secrets of nobody: every look-up fails.</summary>
    public static Secrets None { get; } = new(Path.GetTempPath(), _ => null);

    /// <summary>An option's text with every <c>${NAME}</c> in it replaced.</summary>
    /// <exception cref="CrmException">The secret is not there; the error names it and never a value.</exception>
    public string Resolve(OptionValue option)
    {
        var text = option.Text;
        for (var at = text.IndexOf("${", StringComparison.Ordinal); at >= 0; at = text.IndexOf("${", at, StringComparison.Ordinal))
        {
            var end = text.IndexOf('}', at);
            if (end < 0)
            {
                break;
            }

            var value = Find(text[(at + 2)..end], option.Where);
            (text, at) = (text[..at] + value + text[(end + 1)..], at + value.Length);
        }

        return text;
    }

    /// <summary>A text with every secret that was looked up replaced by <c>***</c>; for logs and errors.</summary>
    public string Redact(string text)
    {
        lock (gate)
        {
            return known.Where(k => k.Length >= ShortestHidden).OrderByDescending(k => k.Length)
                .Aggregate(text, (t, secret) => t.Replace(secret, "***", StringComparison.Ordinal));
        }
    }

    /// <summary>Marks a text as secret that was made from others, e.g. a token that was answered for a password.</summary>
    public void Hide(string secret)
    {
        lock (gate)
        {
            known.Add(secret);
        }
    }

    private string Find(string name, SourceLocation where)
    {
        var value = environment(name) ?? FromFile(environment($"{name}_FILE")) ?? FromFile(Path.Combine(folder, "secrets", name));
        if (value is null)
        {
            throw new CrmException(
                FailureKind.CheckFailed, $"the secret {name} is not there", where.ToString(),
                $"the environment variable {name}, a file that {name}_FILE names, or the file secrets/{name} in the project folder",
                $"Set {name}, then try again");
        }

        Hide(value);
        return value;
    }

    private static string? FromFile(string? path) => path is not null && File.Exists(path) ? File.ReadAllText(path).TrimEnd('\r', '\n') : null;
}
