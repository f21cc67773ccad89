using System.Security.Cryptography;
using System.Text;

namespace Crm.Analytics.Host.Web.Access;

/// <summary>Whether a form comes from a page of ours, which no other site can make a browser say; and a word in each form that only our pages know.</summary>
internal static class FormOrigin
{
    /// <summary>Name of the field with the word.</summary>
    public const string Field = "proof";

    private static readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    /// <summary>Browsers say where a form comes from; one that does not is no browser of today.</summary>
    public static bool IsOurs(HttpRequest request)
        => request.Headers["Sec-Fetch-Site"].ToString() is "same-origin"
            || (request.Headers["Sec-Fetch-Site"].Count == 0 && Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin) && origin.Authority == request.Host.Value);

    /// <summary>The word for the forms of somebody; of this process alone.</summary>
    public static string WordFor(string name) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(name)));

    /// <summary>Whether a form has the word.</summary>
    public static bool HasWord(IFormCollection form, string name) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(form[Field].ToString()), Encoding.UTF8.GetBytes(WordFor(name)));
}
