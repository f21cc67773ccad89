using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Staging;

/// <summary>What a raw column of a stream holds.</summary>
/// <param name="Name">The column.</param>
/// <param name="RawType">Its type as the connector gives it.</param>
/// <param name="Records">Records.</param>
/// <param name="Filled">Records with a value that is not NULL.</param>
/// <param name="Empty">Records with an empty text or blanks.</param>
/// <param name="Distinct">Different values, approximately.</param>
/// <param name="Smallest">Least value: of numbers the number, else as the raw type orders.</param>
/// <param name="Largest">Largest value.</param>
/// <param name="Top">The most frequent values, most frequent first: which ones they are is found approximately, how often each is there exactly.</param>
/// <param name="Patterns">The most frequent forms: A for capitals, a for small letters, 9 for digits.</param>
/// <param name="Type">The type it most probably has.</param>
/// <param name="Format">strptime pattern of its dates; null for ISO 8601 and for other types.</param>
/// <param name="OtherFormat">Another pattern that reads all of them as well, so that the format is a guess; null when there is none.</param>
/// <param name="DecimalComma">True when its numbers are written with a comma.</param>
/// <param name="Personal">What personal data it seems to hold; null for none.</param>
/// <param name="Content">What its texts are by their looks: e-mail, currency, country …; null for nothing known.</param>
public sealed record ColumnProfile(
    string Name, string RawType, long Records, long Filled, long Empty, long Distinct, string? Smallest, string? Largest, IReadOnlyList<FrequentValue> Top,
    IReadOnlyList<string> Patterns, ColumnType Type, string? Format, string? OtherFormat, bool DecimalComma, string? Personal, string? Content)
{
    /// <summary>Records without a value.</summary>
    public long Missing => Records - Filled;

    /// <summary>Of fewer records it says nothing that their values differ.</summary>
    private const int FewestForAKey = 20;

    /// <summary>True when, as far as was looked, every record has a value of its own here.</summary>
    public bool IsUnique => Records >= FewestForAKey && Missing == 0 && Empty == 0 && Distinct >= Records * 0.97;
}

/// <summary>A value that is there often.</summary>
/// <param name="Value">The value as text, at most 60 characters of it.</param>
/// <param name="Records">How many records have it.</param>
public sealed record FrequentValue(string Value, long Records);
