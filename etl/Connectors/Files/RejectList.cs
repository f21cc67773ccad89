using System.Globalization;
using Crm.Analytics.Etl.Landing;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// The rejected records of a file, in bounded memory: behind the first tens of thousands of long ones less of their text is kept, and a file that is
/// mostly wrong is refused as a whole (an <see cref="InvalidDataException"/>), since it is its options that are wrong.
/// </summary>
internal sealed class RejectList(string path)
{
    private const int MostOfABadFile = 1_000_000;
    private const long MostCharacters = 32L << 20;
    private const int ShortText = 80;

    private readonly List<RejectedRecord> items = [];
    private long characters;

    /// <summary>How many there are.</summary>
    public int Count => items.Count;

    /// <summary>All of them, in order.</summary>
    public IReadOnlyList<RejectedRecord> Items => items;

    /// <summary>Takes a record.</summary>
    /// <param name="landed">Good records so far.</param>
    /// <param name="line">Line it begins on.</param>
    /// <param name="column">Number of the column the fault is in, from 1; 0 for the record as a whole.</param>
    /// <param name="columnName">The column's name.</param>
    /// <param name="reason">What is wrong.</param>
    /// <param name="rawText">The record as it stands.</param>
    public void Add(long landed, long line, int column, string? columnName, string reason, string rawText)
    {
        if (items.Count >= MostOfABadFile && items.Count > landed)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture, $"{items.Count:N0} of its first {items.Count + landed:N0} records cannot be read, the first because: {items[0].Reason}"));
        }

        // A million equal reasons are one text.
        reason = items.Count > 0 && items[^1].Reason == reason ? items[^1].Reason : reason;
        rawText = characters > MostCharacters && rawText.Length > ShortText ? rawText[..ShortText] : rawText;
        characters += rawText.Length;
        items.Add(new RejectedRecord(path, landed + items.Count + 1, line, column, columnName, reason, rawText));
    }
}
