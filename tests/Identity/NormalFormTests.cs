using Crm.Analytics.Etl.Identity.Normalising;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Identity;

internal sealed class NormalFormTests
{
    private static readonly DuckDbInstance Scratch = DuckDbInstance.OpenScratch(new ScratchOptions());

    [OneTimeTearDown]
    public void Close() => Scratch.Dispose();

    [TestCase(MatchKind.Surname, "  O’Brien-Smith ", "obrien smith")]
    [TestCase(MatchKind.Surname, "MÜLLER", "muller")]
    [TestCase(MatchKind.Surname, "Groß", "gross")]
    [TestCase(MatchKind.Surname, "N/A", null)]
    [TestCase(MatchKind.GivenName, "Ｊｏｈｎ", "john")]
    [TestCase(MatchKind.FullName, "Smith, Dr. John", "john smith")]
    [TestCase(MatchKind.FullName, "王　小明", "王小明")]
    [TestCase(MatchKind.Email, "Ann.Lee+news@GMail.com", "annlee@gmail.com")]
    [TestCase(MatchKind.Email, "Ann.Lee+news@Example.org", "ann.lee@example.org")]
    [TestCase(MatchKind.Phone, "+44 (0)20 7946-0018 ext. 12", "4402079460018")]
    [TestCase(MatchKind.Phone, "0044 20 7946 0018", "442079460018")]
    [TestCase(MatchKind.Phone, "983.566.0706x9509", "9835660706")]
    [TestCase(MatchKind.Address, "12, Main Street North", "12 main st n")]
    [TestCase(MatchKind.Address, "Hauptstraße 5", "hauptstr 5")]
    [TestCase(MatchKind.Date, "1986-05-08", "19860508")]
    [TestCase(MatchKind.Date, "19860508", "19860508")]
    [TestCase(MatchKind.Date, "8/5/1986", "19860508")]
    [TestCase(MatchKind.Date, "5/28/1986", "19860528")]
    [TestCase(MatchKind.Date, "8.5.86", "19860508")]
    [TestCase(MatchKind.Date, "8 May 1986", "19860508")]
    [TestCase(MatchKind.Date, "May 8th, 1986", "19860508")]
    [TestCase(MatchKind.Date, "1986年5月8日", "19860508")]
    [TestCase(MatchKind.Date, "19861341", "19861341")]
    [TestCase(MatchKind.Identifier, "AB 12-34", "ab1234")]
    public void Normal_OfAValue_IsOneForm(MatchKind kind, string value, string? expected)
    {
        using var session = Scratch.Connect();
        StandardRecords.MakeMacros(session);
        var form = StandardRecords.Normal(new MatchColumn("x", kind), "false", "");
        Assert.That(session.Query<string?>($"SELECT {form} FROM (SELECT identity_fold(identity_text($value)) AS x)", new { value }), Is.EqualTo(new[] { expected }));
    }

    [TestCase("bob", "robert")]
    [TestCase("bill", "william")]
    [TestCase("Pepe", "jose")]
    [TestCase("zebedee", "zebedee")]
    public void Formal_OfAShortName_IsTheNameItStandsFor(string name, string formal)
    {
        using var session = Scratch.Connect();
        StandardRecords.MakeMacros(session);
        Assert.That(
            session.Scalar<string>("SELECT identity_formal(identity_name(identity_fold($name))) = identity_formal($formal)", new { name, formal }), Is.EqualTo("True").IgnoreCase);
    }
}
