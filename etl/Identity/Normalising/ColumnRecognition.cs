using System.Globalization;
using System.Text;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity.Normalising;

/// <summary>Finds out what the columns of a relation are, by their names (several languages) and by what stands in them; what is given counts first.</summary>
public static class ColumnRecognition
{
    private const int SampleRows = 20_000;
    private const int MostColumns = 20;
    private const int FewValues = 60;

    private static readonly SqlFile Sql = SqlFile.Beside(typeof(ColumnRecognition));

    // Order matters: the first entry of which a word is part of the name. A leading = means the whole name.
    private static readonly (MatchKind? Kind, string[] Words)[] Names =
    [
        (MatchKind.Email, ["email", "emailaddress", "courriel", "correo", "=mail", "邮箱", "邮件"]),
        (MatchKind.Phone, ["phone", "mobile", "=cell", "cellno", "cellnumber", "telefon", "telephone", "=tel", "telno", "handy", "movil", "portable", "=fax", "电话", "手机"]),
        (MatchKind.Date, ["dateofbirth", "birthdate", "birthday", "=dob", "bday", "geburt", "naissance", "nacimiento", "nascita", "dtbirth", "生日", "出生"]),
        (MatchKind.GivenName, ["givenname", "firstname", "forename", "=given", "=first", "=fname", "vorname", "prenom", "nombre", "christianname", "middlename", "=middle", "=mname", "=名", "名字"]),
        (MatchKind.Surname, ["surname", "lastname", "familyname", "=last", "=lname", "=family", "nachname", "familienname", "apellido", "cognome", "nomdefamille", "maidenname", "=nom", "=姓", "姓氏"]),
        (MatchKind.PostalCode, ["postcode", "postalcode", "zip", "plz", "postleitzahl", "codepostal", "=postal", "邮编"]),
        (MatchKind.Identifier, ["ssn", "socsec", "socialsec", "passport", "taxid", "vatid", "nationalid", "loyalty", "membership", "cardno", "cardnumber", "licence", "license", "nino", "medicare", "accountnumber", "身份证"]),
        (MatchKind.Category, ["gender", "=sex", "geschlecht", "sexe", "=title", "salutation", "anrede", "性别"]),
        (MatchKind.HouseNumber, ["streetnumber", "housenumber", "houseno", "streetno", "hausnummer", "=number", "=no", "=nr", "=num", "stnumber", "门牌"]),
        (MatchKind.Address, ["address", "street", "=addr", "addr1", "addr2", "strasse", "adresse", "direccion", "=road", "地址"]),
        (MatchKind.Place, ["suburb", "city", "town", "municipality", "=place", "=ort", "stadt", "ville", "ciudad", "locality", "城市"]),
        (MatchKind.Category, ["state", "province", "region", "county", "country", "land", "=nation", "省"]),
        (MatchKind.FullName, ["fullname", "=name", "customername", "personname", "contactname", "displayname", "=names", "姓名", "名称"]),
    ];

    // What is called so is no address, though words and numbers stand in it as well.
    private static readonly string[] Things = ["name", "title", "product", "item", "article", "model", "description", "artikel", "produkt", "bezeichnung", "品名", "标题"];

    private static readonly string[] RecordKeys = ["id", "recid", "recordid", "rid", "uid", "guid", "uuid", "key", "rownum", "rowid", "index", "idx", "row", "no", "nr", "pk", "unnamed0", "column0", "column00", "uniqueid", "编号", "序号"];

    /// <summary>Recognises the columns of a relation; those that tell nothing about a person (empty ones, record numbers) are left out.</summary>
    /// <param name="session">Any session.</param>
    /// <param name="relation">The relation, its columns text.</param>
    /// <param name="names">Its columns, but for those to be left out.</param>
    /// <param name="given">Kinds that are stated, by column.</param>
    public static IReadOnlyList<MatchColumn> Recognise(ISession session, string relation, IReadOnlyList<string> names, IReadOnlyDictionary<string, MatchKind> given)
    {
        if (names.Count == 0)
        {
            return [];
        }

        StandardRecords.MakeMacros(session);
        session.Execute(Sql.Fill("macros"));
        var sample = SampleRows.ToString(CultureInfo.InvariantCulture);
        var query = string.Join('\n' + Sql.Fill("union"), names.Select(n => Sql.Fill(
            "profile", ("name", SqlName.Literal(n)), ("column", SqlName.Quote(n)), ("relation", relation), ("sample", sample))));
        var profiles = session.Query<ColumnProfile>(query).ToDictionary(p => p.Name);
        var found = names.Select(n => (Name: n, Kind: given.TryGetValue(n, out var kind) ? kind : KindOf(profiles[n])))
            .Where(c => c.Kind is not null && profiles[c.Name].Filled > 0).Select(c => new MatchColumn(c.Name, c.Kind!.Value)).ToList();

        // A whole name repeats what given name and surname say, where the parts are there as well.
        if (found.FindAll(c => c.Kind is MatchKind.GivenName or MatchKind.Surname) is { Count: > 1 } parts && parts.DistinctBy(p => p.Kind).Count() == 2)
        {
            found.RemoveAll(c => c.Kind == MatchKind.FullName && !given.ContainsKey(c.Name) && !session.Scalar<bool>(Sql.Fill(
                "without_parts", ("relation", relation), ("whole", SqlName.Quote(c.Name)), ("parts", SqlName.List(parts.Select(p => SqlName.Quote(p.Name)))))));
        }

        return WithPartners([.. found.OrderBy(c => c.Kind is MatchKind.Number or MatchKind.Text).Take(MostColumns)]);
    }

    /// <summary>Links columns whose values are at times swapped: given name with surname, and two columns of one kind.</summary>
    public static IReadOnlyList<MatchColumn> WithPartners(IReadOnlyList<MatchColumn> columns) =>
        [.. columns.Select((c, i) => c.Partner is not null ? c : c with { Partner = PartnerOf(columns, i) })];

    /// <summary>What a column is, by its name and its values; null when it tells nothing.</summary>
    public static MatchKind? KindOf(ColumnProfile profile)
    {
        var name = Plain(profile.Name);
        if (profile.Filled == 0 || (RecordKeys.Contains(name) && profile.UniquenessInSources > 0.9))
        {
            return null;
        }

        var byName = Array.Find(Names, n => n.Words.Any(w => w[0] == '=' ? name == w[1..] : name.Contains(w, StringComparison.Ordinal))).Kind;
        return byName is { } kind && Fits(kind, profile) ? kind : ByContent(profile, name);
    }

    private static bool Fits(MatchKind kind, ColumnProfile profile) => kind switch
    {
        MatchKind.Email => profile.Emails > 0.3,
        MatchKind.Phone => profile.Phones > 0.3 || profile.Digits > 0.5,
        MatchKind.Date => profile.Dates > 0.3,
        MatchKind.GivenName or MatchKind.Surname => profile.Letters > 0.5,
        MatchKind.FullName => profile.Letters > 0.3,
        MatchKind.Category => profile.Distincts <= 400,
        MatchKind.Place => profile.Letters > 0.5,
        _ => true,
    };

    private static MatchKind? ByContent(ColumnProfile profile, string name) => profile switch
    {
        { Emails: > 0.6 } => MatchKind.Email,
        { Dates: > 0.7 } => MatchKind.Date,
        _ when (name.EndsWith("id", StringComparison.Ordinal) || name.StartsWith("id", StringComparison.Ordinal)) && profile.UniquenessInSources > 0.97 => null,
        { Phones: > 0.7, Length: >= 9.5 } when profile.Digits < 0.5 => MatchKind.Phone,
        { Distincts: <= FewValues } when profile.Uniqueness < 0.5 => MatchKind.Category,
        { Digits: > 0.8, Length: >= 4 } => MatchKind.Identifier,
        { Numbers: > 0.8, Digits: < 0.5 } => MatchKind.Number,
        { Digits: > 0.8 } => MatchKind.Identifier,
        { Addresses: > 0.5 } => Things.Any(t => name.Contains(t, StringComparison.Ordinal)) ? MatchKind.Text : MatchKind.Address,
        { Letters: < 0.4, Words: < 1.5 } => MatchKind.Identifier,
        { Letters: > 0.8, Words: < 1.3, Length: < 14 } => MatchKind.Surname,
        { Letters: > 0.7, Words: < 4, Length: < 30 } => MatchKind.FullName,
        _ => MatchKind.Text,
    };

    private static int? PartnerOf(IReadOnlyList<MatchColumn> columns, int i)
    {
        MatchKind[] wanted = columns[i].Kind switch
        {
            MatchKind.GivenName => [MatchKind.Surname],
            MatchKind.Surname => [MatchKind.GivenName, MatchKind.Surname],
            MatchKind.Address => [MatchKind.Address],
            MatchKind.Phone => [MatchKind.Phone],
            MatchKind.Email => [MatchKind.Email],
            _ => [],
        };
        var other = wanted.Select(k => columns.Index().FirstOrDefault(c => c.Index != i && c.Item.Kind == k, (-1, null!)).Item1).FirstOrDefault(j => j >= 0, -1);
        return other < 0 ? null : other;
    }

    private static string Plain(string name) => string.Concat(
        name.Normalize(NormalizationForm.FormD).Where(c => char.IsLetterOrDigit(c) && CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)).ToLowerInvariant();
}
