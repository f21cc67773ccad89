using System.Security.Cryptography;
using System.Text;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Backup;

/// <summary>The key of backups: 32 random bytes, written as 64 hexadecimal digits. Of it are made one key to encrypt with and one to name with.</summary>
internal sealed class BackupKey
{
    private const int Bytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _encrypt;
    private readonly byte[] _name;

    private BackupKey(byte[] key) => (_encrypt, _name) =
        (HKDF.DeriveKey(HashAlgorithmName.SHA256, key, Bytes, info: "crm backup encrypt"u8.ToArray()), HKDF.DeriveKey(HashAlgorithmName.SHA256, key, Bytes, info: "crm backup name"u8.ToArray()));

    /// <summary>A new key, as it is written.</summary>
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Reads a key.</summary>
    /// <param name="text">64 hexadecimal digits.</param>
    /// <param name="where">Where it comes from, for errors; the text itself is never told.</param>
    /// <exception cref="CrmException">It is no such key.</exception>
    public static BackupKey Parse(string text, string where)
    {
        text = text.Trim();
        return text.Length == 2 * Bytes && text.All(char.IsAsciiHexDigit) && text.Distinct().Count() > 4
            ? new(Convert.FromHexString(text))
            : throw new CrmException(FailureKind.CheckFailed, "what is given as key of the backup is none", where, "64 hexadecimal digits made at random", "Make one with `crm backup --make-key`, and keep a copy where the backup is not");
    }

    /// <summary>The name under which a content is kept: equal for equal contents, and telling nothing of them.</summary>
    public string NameOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(HMACSHA256.HashData(_name, SHA256.HashData(content)))[..48];

    /// <summary>Encrypts by AES-256-GCM: nonce, tag, content. What it belongs to is authenticated with it.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> content, string of)
    {
        var made = new byte[NonceBytes + TagBytes + content.Length];
        RandomNumberGenerator.Fill(made.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(_encrypt, TagBytes);
        aes.Encrypt(made.AsSpan(0, NonceBytes), content, made.AsSpan(NonceBytes + TagBytes), made.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(of));
        return made;
    }

    /// <summary>Decrypts what <see cref="Encrypt"/> made.</summary>
    /// <exception cref="CryptographicException">Another key, or damaged.</exception>
    public byte[] Decrypt(ReadOnlySpan<byte> data, string of)
    {
        if (data.Length < NonceBytes + TagBytes)
        {
            throw new CryptographicException("too short");
        }

        var content = new byte[data.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(_encrypt, TagBytes);
        aes.Decrypt(data[..NonceBytes], data[(NonceBytes + TagBytes)..], data[NonceBytes..(NonceBytes + TagBytes)], content, Encoding.UTF8.GetBytes(of));
        return content;
    }
}
