using System.Globalization;
using Crm.Analytics.Warehouse;
using Microsoft.AspNetCore.Identity;

namespace Crm.Analytics.Host.Security;

/// <summary>Passwords as the framework hashes them (PBKDF2, salted), and what one must be: long, not well known, not the name.</summary>
internal static class Passwords
{
    /// <summary>Fewest characters, as OWASP ASVS 5.0 6.2.1 advises where there is no second factor.</summary>
    public const int Fewest = 12;

    private const int Most = 256;
    private static readonly PasswordHasher<string> hasher = new();
    private static readonly string[] known = ["password1234", "123456789012", "qwertyuiop12", "administrator", "crm.analytics", "correcthorsebatterystaple", "letmeinletmein", "changemechangeme"];
    private static readonly Lazy<string> ofNobody = new(() => Hash(SecretTokens.New("")));

    /// <summary>The hash of a password that nobody knows.</summary>
    public static string OfNobody => ofNobody.Value;

    /// <summary>The hash of a password.</summary>
    public static string Hash(string password) => hasher.HashPassword("", password);

    /// <summary>Whether a password is the one that was hashed.</summary>
    public static bool Fits(string hash, string password) => password.Length <= Most && hasher.VerifyHashedPassword("", hash, password) != PasswordVerificationResult.Failed;

    /// <summary>Refuses a password that is easy to guess.</summary>
    /// <exception cref="CrmException">It is.</exception>
    public static void Check(string name, string password)
    {
        var found = password.Length < Fewest ? string.Create(CultureInfo.InvariantCulture, $"a password of {password.Length} characters")
            : password.Length > Most ? "a password that is too long"
            : known.Contains(password, StringComparer.OrdinalIgnoreCase) ? "a password that is known to everybody"
            : password.Contains(name, StringComparison.OrdinalIgnoreCase) ? "a password with the user's name in it"
            : password.Distinct().Count() < 5 ? "a password of few different characters"
            : null;
        if (found is not null)
        {
            throw new CrmException(FailureKind.WrongUse, found, "the password", string.Create(CultureInfo.InvariantCulture, $"{Fewest} to {Most} characters that nobody guesses"),
                "Take several words, or let a password manager make one");
        }
    }
}
