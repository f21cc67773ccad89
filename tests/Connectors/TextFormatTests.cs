using System.Text;
using Crm.Analytics.Tests.Landing;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Connectors;

/// <summary>XML and fixed-width text.</summary>
public class TextFormatTests
{
    [Test]
    public void Extract_Xml_MakesColumnsOfAttributesAndElements()
    {
        using var folder = new LandingFolder();
        folder.Write("a.xml", Encoding.UTF8.GetBytes("""
            <?xml version="1.0"?>
            <s:shop xmlns:s="urn:s" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><head><made>today</made></head>
            <orders>
              <order id="1"><name>Zo&#235; &amp; <![CDATA[<co>]]></name><price currency="EUR">1.50</price><at><city>Oslo</city><zip/></at></order>
              <order id="2"><price xsi:nil="true"/><line sku="a">1</line><line><sku>b</sku><n>2</n></line><tag>x</tag></order>

              <order id="3"><name></name></order></orders></s:shop>
            """));
        var batch = folder.Land("a.xml", ("record", "orders/order"), ("lists", "tag"));
        Assert.Multiple(() =>
        {
            Assert.That(batch.Columns.Select(c => c.Name), Is.EqualTo(new[] { "id", "name", "price", "price_currency", "at_city", "at_zip", "line", "tag" }));
            Assert.That(folder.Rows(batch), Is.EqualTo(new[]
            {
                "a.xml|1|1|Zoë & <co>|1.50|EUR|Oslo||∅|∅", "a.xml|2|2|∅|∅|∅|∅|∅|[{\"sku\":\"a\",\"#text\":\"1\"},{\"sku\":\"b\",\"n\":\"2\"}]|[\"x\"]", "a.xml|3|3||∅|∅|∅|∅|∅|∅",
            }));
            Assert.That(folder.Lines(batch), Is.EqualTo(new long?[] { 4, 5, 7 }));
        });
    }

    [TestCase("<r><a>1</a><a>2</a></r>", null, "a.xml|1|1 a.xml|2|2")]
    [TestCase("<r><a><x>1</x></a><b><x>2</x></b></r>", "b", "a.xml|1|2")]
    [TestCase("<a x='1'/>", "a", "a.xml|1|1")]
    [TestCase("<r/>", null, "")]
    public void Extract_Xml_FindsTheRecords(string xml, string? record, string expected)
    {
        using var folder = new LandingFolder();
        folder.Write("a.xml", xml);
        var batch = record is null ? folder.Land("a.xml") : folder.Land("a.xml", ("record", record));
        Assert.That(string.Join(' ', folder.Rows(batch)), Is.EqualTo(expected));
    }

    [Test]
    public void Extract_XmlInAnotherEncoding_IsDecoded()
    {
        using var folder = new LandingFolder();
        folder.Write("a.xml", "<?xml version='1.0' encoding='windows-1252'?><r><a>Zo\u00EB</a></r>");
        folder.Write("b.xml", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("<r><a>Zoë</a></r>")).ToArray());
        Assert.That(folder.Rows(folder.Land("*.xml")), Is.EqualTo(new[] { "a.xml|1|Zoë", "b.xml|1|Zoë" }));
    }

    [Test]
    public void Extract_XmlThatBreaksOff_KeepsTheRecordsBefore()
    {
        using var folder = new LandingFolder();
        folder.Write("a.xml", "<r>\n<a>1</a>\n<a>2</a>\n<a>3</b></r>");
        var batch = folder.Land("a.xml");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.xml|1|1", "a.xml|2|2" }));
            Assert.That((batch.Rejects.Single().Record, batch.Rejects[0].Line, batch.Rejects[0].RawText), Is.EqualTo((3L, 4L, "<a>3</a>")));
            Assert.That(batch.Rejects[0].Reason, Does.StartWith("the XML breaks off here, and nothing behind can be read: "));
        });
    }

    [TestCase("<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><r><x>&b;</x></r>")]
    [TestCase("<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><r><x>1</x></r>")]
    [TestCase("<!DOCTYPE r [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><r><x>&f;</x></r>")]
    public void Extract_XmlWithADocumentType_ReadsNothingOfIt(string xml)
    {
        using var folder = new LandingFolder();
        folder.Write("a.xml", xml);
        var batch = folder.Land("a.xml");
        Assert.That((folder.Rows(batch).Count, batch.Rejects.Count), Is.EqualTo((0, 1)));
    }

    [Test]
    public void Extract_XmlWithoutTheRecord_SaysWhatItHas()
    {
        using var folder = new LandingFolder();
        folder.Write("a.xml", "<r><a/><b/></r>");
        Assert.That(Assert.Throws<CrmException>(() => folder.Land("a.xml", ("record", "order")))!.Found, Is.EqualTo("no element 'order' is in it; it has a, b"));
    }

    [Test]
    public void Extract_XmlBeyondItsBounds_LosesOnlyWhatIsTooLong()
    {
        using var folder = new LandingFolder();
        folder.Write("a.xml", $"<r><a><x>{new string('x', 3000)}</x><y>1</y></a><a><y>2</y></a></r>");
        folder.Write("b.xml", $"<r><a><y>1</y></a>{string.Concat(Enumerable.Repeat("<d>", 5000))}</r>");
        folder.Write("c.xml", $"<r><a><y>1</y></a><a y='{new string('y', 200_000)}'/><a><y>3</y></a></r>");
        var batch = folder.Land("*.xml", ("max_line_bytes", "1000"));
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.xml|2|2", "b.xml|1|1", "c.xml|1|1" }));
            Assert.That(batch.Rejects.Select(r => (r.Path, r.Record)), Is.EqualTo(new[] { ("a.xml", 1L), ("b.xml", 2L), ("c.xml", 2L) }));
        });
    }

    [Test]
    public void Extract_FixedWidth_CutsByCharactersAndTrims()
    {
        using var folder = new LandingFolder();
        folder.Write("a.txt", Encoding.UTF8.GetBytes("Zoë       0012\n\n  Bob Lee 7   \nshort 1\nAnn       00129\nN/A       0001\n"));
        var batch = folder.Land("a.txt", ("format", "fixed"), ("widths", "10\n4"), ("null_values", "N/A"));
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.txt|1|Zoë|0012", "a.txt|2|Bob Lee|7", "a.txt|5|∅|0001" }));
            Assert.That(LandingFolder.Rejects(batch), Is.EqualTo(new[]
            {
                "a.txt|3|4|1|the line has 7 characters where its fields need 14", "a.txt|4|5|0|the line has 15 characters where its widths end at 14",
            }));
            Assert.That(folder.Lines(batch), Is.EqualTo(new long?[] { 1, 3, 6 }));
        });
    }

    [Test]
    public void Extract_FixedWidthFields_AreNamedAndMayLeaveGaps()
    {
        using var folder = new LandingFolder();
        folder.Write("a.txt", "Ann  xx  12 any note\nBob  yy   7 \n");
        var batch = folder.Land("a.txt", ("format", "fixed"), ("fields", "name:1-5, amount:8-11, note:13-"));
        Assert.Multiple(() =>
        {
            Assert.That(batch.Columns.Select(c => c.Name), Is.EqualTo(new[] { "name", "amount", "note" }));
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.txt|1|Ann|12|any note", "a.txt|2|Bob|7|∅" }));
        });
    }

    [TestCase("widths", "10\nx", "whole numbers")]
    [TestCase("widths", "0", "whole numbers")]
    [TestCase("fields", "name", "name:first-last")]
    [TestCase("fields", "name:5-3", "name:first-last")]
    [TestCase("header", "true", "widths: [10, 5, 8]")]
    public void Extract_FixedWidthWithoutRightWidths_PointsAtIt(string option, string value, string expected)
    {
        using var folder = new LandingFolder();
        folder.Write("a.txt", "x\n");
        Assert.That(Assert.Throws<CrmException>(() => folder.Land("a.txt", ("format", "fixed"), (option, value)))!.Expected, Does.StartWith(expected));
    }
}
