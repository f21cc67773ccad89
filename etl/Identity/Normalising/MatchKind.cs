namespace Crm.Analytics.Etl.Identity.Normalising;

/// <summary>What the values of a column are, as far as comparing them goes: each kind has its own normal form, its own levels and its own blocking keys.</summary>
public enum MatchKind
{
    /// <summary>A person's given (first) name.</summary>
    GivenName,

    /// <summary>A person's family (last) name.</summary>
    Surname,

    /// <summary>A whole name in one column, of a person or a company, its words in any order.</summary>
    FullName,

    /// <summary>A day, above all of birth, in any format.</summary>
    Date,

    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>A telephone number.</summary>
    Phone,

    /// <summary>A street or postal address, or a part of one.</summary>
    Address,

    /// <summary>The number of a house.</summary>
    HouseNumber,

    /// <summary>A town, suburb or region.</summary>
    Place,

    /// <summary>A postal code.</summary>
    PostalCode,

    /// <summary>A number or code that is meant to tell people apart: social security, loyalty card, passport.</summary>
    Identifier,

    /// <summary>One of a few values: sex, state, title.</summary>
    Category,

    /// <summary>A measured number: income, age.</summary>
    Number,

    /// <summary>Any other text.</summary>
    Text,
}

/// <summary>A column that records are compared by.</summary>
/// <param name="Name">Its name in the data; also what evidence calls it.</param>
/// <param name="Kind">What its values are.</param>
/// <param name="Partner">
/// Index, among the compared columns, of the one whose values are at times found in this one's place (given name and surname, two address lines); null for none.
/// </param>
public sealed record MatchColumn(string Name, MatchKind Kind, int? Partner = null);
