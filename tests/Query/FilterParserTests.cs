using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Query;

public class FilterParserTests
{
    [TestCase("a.b = France", "a.b Equals [France]")]
    [TestCase("a.b='United Kingdom'", "a.b Equals [United Kingdom]")]
    [TestCase("a.b = \"it's \"\"so\"\"\"", "a.b Equals [it's \"so\"]")]
    [TestCase("a.b = 'O''Brien'", "a.b Equals [O'Brien]")]
    [TestCase("a.b = ''", "a.b Equals []")]
    [TestCase("a.b != 1", "a.b NotEquals [1]")]
    [TestCase("a.b <> 1", "a.b NotEquals [1]")]
    [TestCase("a.b<-1.5", "a.b Lt [-1.5]")]
    [TestCase("a.b <= 1", "a.b Lte [1]")]
    [TestCase("a.b > 1", "a.b Gt [1]")]
    [TestCase("a.b>=2011-Q1", "a.b Gte [2011-Q1]")]
    [TestCase("a.b in (x, 'y z',3)", "a.b Equals [x|y z|3]")]
    [TestCase("a.b NOT IN (x)", "a.b NotEquals [x]")]
    [TestCase("a.b contains x", "a.b Contains [x]")]
    [TestCase("a.b not contains x", "a.b NotContains [x]")]
    [TestCase("a.b starts with x", "a.b StartsWith [x]")]
    [TestCase("a.b Ends With x", "a.b EndsWith [x]")]
    [TestCase("a.b is null", "a.b NotSet []")]
    [TestCase("a.b is not null", "a.b Set []")]
    [TestCase("a.b = 'null'", "a.b Equals [null]")]
    [TestCase("a.b between 1 and 2", "(a.b Gte [1] and a.b Lte [2])")]
    [TestCase("a.b between 1 and 2 and c.d = 3", "((a.b Gte [1] and a.b Lte [2]) and c.d Equals [3])")]
    [TestCase("a.b = 1 or c.d = 2 and e.f = 3", "(a.b Equals [1] or (c.d Equals [2] and e.f Equals [3]))")]
    [TestCase("(a.b = 1 or c.d = 2) and e.f = 3", "((a.b Equals [1] or c.d Equals [2]) and e.f Equals [3])")]
    [TestCase("((a.b = 1))", "a.b Equals [1]")]
    [TestCase("a.b = 1 and c.d = 2 and e.f = 3", "(a.b Equals [1] and c.d Equals [2] and e.f Equals [3])")]
    public void Text_OfAFilter_MeansIt(string text, string meaning) => Assert.That(Meaning(FilterParser.Parse(text)), Is.EqualTo(meaning));

    [TestCase("", 1, "the end", "a member")]
    [TestCase("= 1", 1, "'='", "a member")]
    [TestCase("a.b", 4, "the end", "between")]
    [TestCase("a.b like x", 5, "'like'", "contains")]
    [TestCase("a.b =", 6, "the end", "a value")]
    [TestCase("a.b = and", 7, "'and'", "a value")]
    [TestCase("a.b = United Kingdom", 14, "'Kingdom'", "and, or, or the end")]
    [TestCase("a.b = 'x", 7, "without its end", "closing")]
    [TestCase("a.b ! 1", 5, "a single '!'", "!=")]
    [TestCase("a.b in x", 8, "'x'", "'('")]
    [TestCase("a.b in (x", 10, "the end", "')'")]
    [TestCase("a.b in ()", 9, "')'", "a value")]
    [TestCase("a.b between 1", 14, "the end", "'and'")]
    [TestCase("a.b not 1", 9, "'1'", "'contains'")]
    [TestCase("a.b is 1", 8, "'1'", "'null'")]
    [TestCase("(a.b = 1", 9, "the end", "')'")]
    [TestCase("a.b = 1)", 8, "')'", "and, or, or the end")]
    [TestCase("a.b = 1 and", 12, "the end", "a member")]
    [TestCase("not a.b = 1", 1, "'not'", "a member")]
    public void Text_ThatIsNoFilter_IsRefusedAtItsColumn(string text, int column, string found, string expected)
    {
        var error = Assert.Throws<CrmException>(() => FilterParser.Parse(text));
        Assert.That(error!.Kind, Is.EqualTo(FailureKind.WrongUse));
        Assert.That(error.Where, Is.EqualTo($"the filter, column {column}"));
        Assert.That(error.Found, Does.Contain(found));
        Assert.That(error.Expected, Does.Contain(expected));
    }

    [Test]
    public void Parentheses_WithoutEnd_AreRefusedBeforeTheStackEnds()
        => Assert.That(Assert.Throws<CrmException>(() => FilterParser.Parse(new string('(', 1_000_000)))!.Expected, Does.Contain("nested"));

    [Test]
    public void Order_IsReadKeyByKey()
    {
        Assert.That(OrderParser.Parse("a.b desc, c.d,e.f  ASC"), Is.EqualTo(new[] { new CubeOrder("a.b", true), new CubeOrder("c.d", false), new CubeOrder("e.f", false) }));
        foreach (var wrong in new[] { "", "a.b,", "a.b down", "a.b desc x" })
            Assert.Throws<CrmException>(() => OrderParser.Parse(wrong), wrong);
    }

    private static string Meaning(CubeFilter filter) => filter switch
    {
        MemberFilter member => $"{member.Member} {member.Operator} [{string.Join('|', member.Values)}]",
        FilterGroup group => $"({string.Join(group.Any ? " or " : " and ", group.Filters.Select(Meaning))})",
        _ => throw new InvalidOperationException(),
    };
}
