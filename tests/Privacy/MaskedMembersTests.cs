using Crm.Analytics.Host;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Privacy;

/// <summary>Values that tell who a person is, for those who may not see them: empty in answers, refused in filters.</summary>
internal sealed class MaskedMembersTests
{
    private static readonly Dictionary<string, IReadOnlyList<string>> nothing = [];
    private PersonShop _shop = null!;

    [OneTimeSetUp]
    public void Make()
    {
        _shop = new PersonShop();
        _shop.Json("run");
    }

    [OneTimeTearDown]
    public void Delete() => _shop.Dispose();

    [TestCase("customer.name", true)]
    [TestCase("customer.email", true)]
    [TestCase("customer.phone", true)]
    [TestCase("customer.birth_date", true)]
    [TestCase("customer.income", true)]
    [TestCase("customer.city", false)]
    [TestCase("customer.id", false)]
    public void Member_ForWhoMayNotSeePersons_IsMaskedWhenItTellsWhoTheyAre(string member, bool isMasked)
    {
        foreach (var measures in new string[][] { [], ["sales.revenue"] })
        {
            var masked = Read(new CubeQuery { Measures = measures, Dimensions = [member], Security = Security(masks: true) });
            var open = Read(new CubeQuery { Measures = measures, Dimensions = [member], Security = Security(masks: false) });
            Assert.That(masked.Rows.All(r => r.Values[0] is null), Is.EqualTo(isMasked));
            Assert.That(open.Rows.All(r => r.Values[0] is null), Is.EqualTo(member is "customer.birth_date" or "customer.income"), "those are not known of anybody here");
        }
    }

    [Test]
    public void Filter_OnAMaskedMember_IsRefused()
    {
        var query = new CubeQuery { Measures = ["sales.revenue"], Filters = [new MemberFilter("customer.email", FilterOperator.Equals, ["ann@x.example"])], Security = Security(masks: true) };
        Assert.That(Assert.Throws<CrmException>(() => Read(query))!.Found, Does.Contain("masked"));
        Assert.That(Read(query with { Security = Security(masks: false) }).Rows, Has.Count.EqualTo(1));
    }

    [Test]
    public void Key_OfThoseWhoSeeAndThoseWhoDoNot_Differs() => Assert.That(Security(masks: true).Key, Is.Not.EqualTo(Security(masks: false).Key));

    private static SecurityContext Security(bool masks) => new([], nothing) { MasksPersonal = masks };

    private CubeResult Read(CubeQuery query)
    {
        var project = Composition.ReadProject(_shop.Folder);
        using var warehouse = Composition.OpenToRead(project, new CommandContext(Stream.Null, TextWriter.Null, CancellationToken.None));
        return Composition.Reader(warehouse, project).Read(query);
    }
}
