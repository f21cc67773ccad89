namespace Crm.Analytics.Etl.Staging;

/// <summary>Guesses what personal data a column holds, by its name and by the looks of its texts.</summary>
internal static class PersonalData
{
    /// <summary>Share of texts that must look so.</summary>
    private const double Enough = 0.8;

    private static readonly (string What, string[] Names)[] byName =
    [
        ("e-mail", ["email", "mail", "emailaddress"]),
        ("phone", ["phone", "telephone", "tel", "mobile", "telefon", "handy", "fax", "phonenumber"]),
        ("birth date", ["birth", "birthdate", "birthday", "dob", "geburtsdatum", "geburtstag", "born"]),
        ("address", ["address", "street", "strasse", "adresse", "road", "zip", "zipcode", "postcode", "postalcode", "plz"]),
        ("name", ["firstname", "lastname", "surname", "fullname", "customername", "vorname", "nachname", "familyname", "givenname", "contactname"]),
        ("card number", ["card", "cardnumber", "creditcard", "pan"]),
        ("IBAN", ["iban", "bankaccount"]),
        ("IP address", ["ip", "ipaddress", "remoteaddr"]),
    ];

    /// <summary>What it holds; null for nothing that is known.</summary>
    public static string? Guess(string name, IReadOnlyDictionary<string, double> shares)
    {
        // A plain number can look like a phone number, so that one needs the name as well.
        foreach (var what in new[] { ContentTests.Email, ContentTests.Card, ContentTests.Iban, ContentTests.Ip })
        {
            if (shares[what] >= Enough)
            {
                return what;
            }
        }

        var named = byName.FirstOrDefault(n => Names.Mentions(name, n.Names)).What;
        return named ?? (shares[ContentTests.Phone] >= Enough && shares[ContentTests.Integer] < Enough && shares[ContentTests.Date] < Enough && shares[ContentTests.Moment] < Enough ? "phone" : null);
    }
}
