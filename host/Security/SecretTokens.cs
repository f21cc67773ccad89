using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Crm.Analytics.Host.Security;

/// <summary>Random secrets that are shown once and stored as their hash. 256 random bits need no salt and no slow hash: nobody can try them all.</summary>
internal static class SecretTokens
{
    /// <summary>A new one.</summary>
    /// <param name="prefix">What it begins with, so that people and scanners know it.</param>
    public static string New(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Its hash.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
