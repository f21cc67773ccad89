using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>
/// The key that a project's data is encrypted with at rest: 32 random bytes, written as 64 hexadecimal digits. Of it are made one key for the warehouse's file, one for Parquet files
/// and one for what this program writes itself (AES-256-GCM throughout). It is never part of a text that is shown. Safe for use from several threads.
/// </summary>
public sealed class DataKey
{
    /// <summary>Bytes that <see cref="Seal"/> adds to a content: mark, number of the key, nonce, tag.</summary>
    public const int SealBytes = MarkBytes + IdBytes + NonceBytes + TagBytes;

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceBytes = 12;

    /// <summary>Bytes of an authentication tag.</summary>
    public const int TagBytes = 16;

    private const int Bytes = 32;
    private const int MarkBytes = 4;
    private const int IdBytes = 3;

    private readonly byte[] _content;

    private DataKey(byte[] key)
    {
        Warehouse = Convert.ToBase64String(Derive(key, "warehouse"u8));
        Parquet = Convert.ToBase64String(Derive(key, "parquet"u8));
        _content = Derive(key, "content"u8);
        Id = Derive(key, "id"u8)[..IdBytes];
    }

    /// <summary>Three bytes that tell keys apart and nothing of them.</summary>
    public ReadOnlyMemory<byte> Id { get; }

    /// <summary>The name by which the engine knows it: a number made of the key, so that two keys have two names.</summary>
    public string Name => $"key_{Convert.ToHexStringLower(Id.Span)}";

    /// <summary>What a COPY to a Parquet file says, among its options, so that the file is encrypted with this key.</summary>
    public string WriteOption => $", ENCRYPTION_CONFIG {{footer_key: {SqlName.Literal(Name)}}}";

    /// <summary>What a reading of a Parquet file says, among its options, that is encrypted with this key.</summary>
    public string ReadOption => $", encryption_config = {{footer_key: {SqlName.Literal(Name)}}}";

    internal string Warehouse { get; }

    internal string Parquet { get; }

    private static ReadOnlySpan<byte> Mark => "CRMs"u8;

    /// <summary>Reads a key.</summary>
    /// <param name="text">64 hexadecimal digits.</param>
    /// <returns>Null when it is none.</returns>
    public static DataKey? Parse(string text) => text.Length == 2 * Bytes && text.All(char.IsAsciiHexDigit) ? new(Convert.FromHexString(text)) : null;

    /// <summary>Whether a content is what <see cref="Seal"/> made, with whatever key.</summary>
    public static bool IsSealed(ReadOnlySpan<byte> content) => content.Length >= SealBytes && content.StartsWith(Mark);

    /// <summary>Encrypts a content with a new nonce; what it belongs to is authenticated with it.</summary>
    /// <param name="content">The content.</param>
    /// <param name="of">What it belongs to, as a name that stays.</param>
    public byte[] Seal(ReadOnlySpan<byte> content, string of)
    {
        var made = new byte[SealBytes + content.Length];
        Mark.CopyTo(made);
        Id.Span.CopyTo(made.AsSpan(MarkBytes));
        var nonce = made.AsSpan(MarkBytes + IdBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        Encrypt(nonce, content, made.AsSpan(SealBytes), made.AsSpan(SealBytes - TagBytes, TagBytes), Encoding.UTF8.GetBytes(of));
        return made;
    }

    /// <summary>Decrypts what <see cref="Seal"/> made.</summary>
    /// <param name="content">The sealed content.</param>
    /// <param name="of">What it belongs to.</param>
    /// <param name="opened">The content.</param>
    /// <returns>False when it was sealed with another key, belongs to something else, or was changed.</returns>
    public bool TryOpen(ReadOnlySpan<byte> content, string of, [NotNullWhen(true)] out byte[]? opened)
    {
        opened = null;
        if (!IsSealed(content) || !content.Slice(MarkBytes, IdBytes).SequenceEqual(Id.Span))
        {
            return false;
        }

        var made = new byte[content.Length - SealBytes];
        if (!TryDecrypt(content.Slice(MarkBytes + IdBytes, NonceBytes), content[SealBytes..], content.Slice(SealBytes - TagBytes, TagBytes), made, Encoding.UTF8.GetBytes(of)))
        {
            return false;
        }

        opened = made;
        return true;
    }

    /// <summary>Encrypts into places that the caller has for nonce and tag; a nonce is used once.</summary>
    public void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> content, Span<byte> made, Span<byte> tag, ReadOnlySpan<byte> with)
    {
        using var aes = new AesGcm(_content, TagBytes);
        aes.Encrypt(nonce, content, made, tag, with);
    }

    /// <summary>Decrypts what <see cref="Encrypt"/> made.</summary>
    /// <returns>False when the key, the tag or what was authenticated with it is another.</returns>
    public bool TryDecrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> content, ReadOnlySpan<byte> tag, Span<byte> opened, ReadOnlySpan<byte> with)
    {
        using var aes = new AesGcm(_content, TagBytes);
        try
        {
            aes.Decrypt(nonce, content, tag, opened, with);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static byte[] Derive(byte[] key, ReadOnlySpan<byte> of) => HKDF.DeriveKey(HashAlgorithmName.SHA256, key, Bytes, info: [.. "crm data "u8, .. of]);
}
