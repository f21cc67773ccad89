using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Declarations.Shapes;

namespace Crm.Analytics.Tests.Declarations;

public sealed class NameAndTypeTests
{
    [TestCase("order_lien", "order_line")]
    [TestCase("Order_Line", "order_line")]
    [TestCase("customers", "customer")]
    [TestCase("cusotmer", "customer")]
    [TestCase("zzz", null)]
    [TestCase("", null)]
    public void NearestName_GivenAName_FindsWhatWasMeant(string name, string? nearest)
        => Assert.That(NearestName.Find(name, ["product", "order_line", "customer"]), Is.EqualTo(nearest));

    [TestCase("ab", "ba", 1)]
    [TestCase("kitten", "sitting", 3)]
    [TestCase("", "abc", 3)]
    [TestCase("ca", "abc", 3)]
    [TestCase("Revenue", "revenue", 0)]
    public void NearestName_Distance_IsOptimalStringAlignment(string left, string right, int distance)
        => Assert.That((NearestName.Distance(left, right), NearestName.Distance(right, left)), Is.EqualTo((distance, distance)));

    [TestCase("text", "VARCHAR")]
    [TestCase("integer", "BIGINT")]
    [TestCase("decimal(18,4)", "DECIMAL(18,4)")]
    [TestCase("decimal( 38 , 38 )", "DECIMAL(38,38)")]
    [TestCase("double", "DOUBLE")]
    [TestCase("boolean", "BOOLEAN")]
    [TestCase("date", "DATE")]
    [TestCase("timestamp", "TIMESTAMP")]
    public void ColumnType_Spelled_IsRead(string text, string sql)
        => Assert.That(ColumnType.TryParse(text, out var type) ? type.Sql : null, Is.EqualTo(sql));

    [TestCase("")]
    [TestCase("Text")]
    [TestCase("decimal")]
    [TestCase("decimal()")]
    [TestCase("decimal(18)")]
    [TestCase("decimal(0,0)")]
    [TestCase("decimal(39,2)")]
    [TestCase("decimal(4,5)")]
    [TestCase("decimal(18,-1)")]
    [TestCase("decimal(18,4))")]
    [TestCase("decimal(18,4")]
    [TestCase("decimal(18,4,1)")]
    [TestCase("decimal(99999999999,1)")]
    public void ColumnType_Misspelled_IsRefused(string text) => Assert.That(ColumnType.TryParse(text, out _), Is.False);

    [TestCase("a", true)]
    [TestCase("order_line2", true)]
    [TestCase("", false)]
    [TestCase("_a", false)]
    [TestCase("2a", false)]
    [TestCase("A", false)]
    [TestCase("a-b", false)]
    [TestCase("é", false)]
    public void Identifier_GivenAText_IsValidByItsRule(string name, bool valid) => Assert.That(Identifier.IsValid(name), Is.EqualTo(valid));

    [Test]
    public void Identifier_OfSixtyFourCharacters_IsTooLong()
        => Assert.That((Identifier.IsValid(new('a', 63)), Identifier.IsValid(new('a', 64))), Is.EqualTo((true, false)));

    [TestCase("OrderLine", "order_line")]
    [TestCase("Closed At", "closed_at")]
    [TestCase("2nd-try!", "nd_try")]
    [TestCase("***", null)]
    public void Identifier_Suggest_GivesAValidOne(string text, string? name) => Assert.That(Identifier.Suggest(text), Is.EqualTo(name));

    [TestCase("${A}", true)]
    [TestCase("${SHOP_DB_2}", true)]
    [TestCase("${}", false)]
    [TestCase("${2A}", false)]
    [TestCase("x${A}", false)]
    [TestCase("${A}${B}", false)]
    [TestCase("$A", false)]
    public void Secret_Reference_IsOneVariable(string text, bool reference)
        => Assert.That((Secret.IsReference(text), System.Text.RegularExpressions.Regex.IsMatch(text, Secret.ReferencePattern)), Is.EqualTo((reference, reference)));

    [TestCase("a + b * 2", "a b")]
    [TestCase("sum(a) filter (where b > 0)", "a b")]
    [TestCase("case when a is null then 'b' else c end", "a c")]
    [TestCase("cast(a as decimal(18,2)) + b::date", "a b")]
    [TestCase("date_trunc('month', a) + interval 1 day", "a")]
    [TestCase("extract(year from a)", "a")]
    [TestCase("a > date '2011-01-01' and \"b c\" = 1e5", "a b c")]
    [TestCase("{CUBE}.a + t.b", "a")]
    [TestCase("list_filter(a, x -> x > b)", "")]
    [TestCase("a in (select b from c)", "")]
    [TestCase("'it''s' || a", "a")]
    [TestCase("e'\\'' || a", "a")]
    [TestCase("1", "")]
    public void SqlWords_GivenAnExpression_NamesItsColumns(string sql, string columns)
    {
        var words = SqlWords.Of(sql);

        Assert.That((words.Fault, string.Join(' ', words.Columns.Select(c => c.Name))), Is.EqualTo((((string, int)?)null, columns)));
    }

    [TestCase("a + (b", "'(' that is never closed", 4)]
    [TestCase("a) + b", "')' that was never opened", 1)]
    [TestCase("(a]", "']' that was never opened", 2)]
    [TestCase("a + 'b", "a quote ' that is never closed", 4)]
    [TestCase("a; b", "';'", 1)]
    [TestCase("a -- b", "a comment '--'", 2)]
    [TestCase("a /* b */", "a comment '/*'", 2)]
    [TestCase("{a", "'{' that is never closed", 0)]
    public void SqlWords_GivenHalfAnExpression_TellsWhatIsWrong(string sql, string found, int offset)
        => Assert.That(SqlWords.Of(sql).Fault, Is.EqualTo((found, offset)));

    [TestCase("a", "a")]
    [TestCase(" \"A b\" ", "A b")]
    [TestCase("a + 1", null)]
    [TestCase("f(a)", null)]
    [TestCase("seconds", "seconds")]
    [TestCase("null", null)]
    [TestCase("current_date", null)]
    [TestCase("", null)]
    public void SqlWords_BareColumn_IsOnlyAColumn(string sql, string? column) => Assert.That(SqlWords.BareColumn(sql), Is.EqualTo(column));
}
