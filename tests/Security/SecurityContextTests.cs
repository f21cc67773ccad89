using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Security;

/// <summary>The key under which answers are remembered: equal for equal rights only.</summary>
internal sealed class SecurityContextTests
{
    public static IEnumerable<TestCaseData> Different()
    {
        yield return new(Of(["a", "b"]), Of(["ab"]));
        yield return new(Of(["a\u001fb"]), Of(["a", "b"]));
        yield return new(Of(["1:a"]), Of(["a"]));
        yield return new(Of(["a"], ("x", ["1", "2"])), Of(["a"], ("x", ["12"])));
        yield return new(Of([], ("x", ["1\u001d2"])), Of([], ("x", ["1", "2"])));
        yield return new(Of([], ("x", ["1"]), ("y", ["2"])), Of([], ("x", ["1", "1:y", "2"])));
        yield return new(Of([], ("x\u001e", [])), Of([], ("x", ["\u001e"])));
        yield return new(Of(["x"], ("y", [])), Of([], ("x", ["y"])));
        yield return new(Of(["2[1:a1:b]"]), Of(["a", "b"]));
    }

    [TestCaseSource(nameof(Different))]
    public void Key_OfDifferentRights_Differs(SecurityContext one, SecurityContext other) => Assert.That(one.Key, Is.Not.EqualTo(other.Key));

    [Test]
    public void Key_OfTheSameRightsInAnotherOrder_IsTheSame()
        => Assert.That(Of(["b", "a"], ("y", ["2"]), ("x", ["1"])).Key, Is.EqualTo(Of(["a", "b"], ("x", ["1"]), ("y", ["2"])).Key));

    private static SecurityContext Of(string[] groups, params (string Name, string[] Values)[] attributes)
        => new(groups, attributes.ToDictionary(a => a.Name, a => (IReadOnlyList<string>)a.Values));
}
