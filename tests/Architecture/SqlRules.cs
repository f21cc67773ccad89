using System.Text.RegularExpressions;

namespace Crm.Analytics.Tests.Architecture;

/// <summary>Rules 3 and 4 of the design: where SQL lives, and what a file of it says about itself.</summary>
internal sealed partial class SqlRules
{
    // The folders whose work is to write SQL.
    private static readonly string[] Writers = ["warehouse/Storage", "warehouse/Engines", "warehouse/Loading", "warehouse/Query", "warehouse/Bindings"];

    private static IEnumerable<SourceFile> SqlFiles =>
        SourceTree.WithExtension(".sql").Where(f => !f.IsUnder("tests"));

    [Test]
    public void Sql_InCode_StandsOnlyWhereItIsWritten()
    {
        var offenders =
            from file in SourceTree.ProductCode
            where !file.IsUnder(Writers)
            from literal in CSharpText.Parse(file.Text).Literals
            where Statement().IsMatch(literal.Text)
            select $"{file.Path}:{literal.Line}: {Shorten(literal.Text)}";
        Offenders.MustBeNone(offenders, "SQL lives in YAML declarations, in .sql files beside their class, and in the warehouse's writers; not in:");
    }

    [Test]
    public void SqlFile_StandsBesideTheClassThatRunsIt()
    {
        var classes = SourceTree.Files.Where(f => f.Path.EndsWith(".cs", StringComparison.Ordinal))
            .Select(f => $"{f.Folder}/{f.Stem.Split('.')[0]}").ToHashSet();
        var offenders = SqlFiles.Where(f => !f.IsUnder("bench", "warehouse/Loading", "warehouse/Storage/Migrations") && !classes.Contains($"{f.Folder}/{f.Stem.Split('.')[0]}"))
            .Select(f => $"{f.Path}: expected {f.Folder}/{f.Stem.Split('.')[0]}.cs");
        Offenders.MustBeNone(offenders, "these SQL files have no class of the same stem beside them:");
    }

    [Test]
    public void SqlFile_SaysItsGrainAndTables_AsItsTextDoes()
    {
        Offenders.MustBeNone(SqlFiles.SelectMany(Check), "these SQL files do not say what they do:");
    }

    [TestCase("insert into t select * from a join b using (id), c", "a b c", "t")]
    [TestCase("with x as (select * from a) select * from x where d is distinct from e", "a", "")]
    [TestCase("merge into {table} t using {wanted} w on (t.k = w.k) when matched then update set v = w.v", "{wanted}", "{table}")]
    [TestCase("create or replace temp table p as from range(3); insert into p select 1 from p; drop table if exists q", "", "q")]
    [TestCase("select extract(year from d), 'from z' from s.\"T\" -- from y", "s.T", "")]
    [TestCase("update s.t set a = u.a from u; delete from v using w where v.k = w.k", "u w", "s.t v")]
    [TestCase("with recursive r(a, b) as not materialized (select 1, 2), q as (select 3) select * from q, r left join lateral (select 1) z on true", "", "")]
    public void TablesOf_Statements_FindsWhatTheyReadAndWrite(string sql, string reads, string writes)
    {
        var (read, written, _) = SqlText.TablesOf(sql);
        Assert.That(read, Is.EquivalentTo(reads.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.That(written, Is.EquivalentTo(writes.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    private static IEnumerable<string> Check(SourceFile file)
    {
        var lines = file.Text.Split('\n');
        string[] said = ["grain", "reads", "writes"];
        for (var i = 0; i < said.Length; i++)
        {
            if (i >= lines.Length || !lines[i].StartsWith($"-- {said[i]}:", StringComparison.Ordinal))
            {
                yield return $"{file.Path}:{i + 1}: expected '-- {said[i]}: …'";
                yield break;
            }
        }

        var (reads, writes, own) = SqlText.TablesOf(file.Text);
        foreach (var (line, found, word) in new[] { (1, reads, "reads"), (2, writes, "writes") })
        {
            var named = Names(lines[line]).Except(own).ToList();
            var difference = found.Except(named).Select(n => $"+{n}").Concat(named.Except(found).Select(n => $"-{n}")).ToList();
            if (difference.Count > 0)
            {
                yield return $"{file.Path}:{line + 1}: {word} differ from the text (+ only in the text, - only in the line): {string.Join(' ', difference)}";
            }
        }
    }

    // What stands in parentheses is explanation; the engine's catalogue is no table.
    private static HashSet<string> Names(string line) =>
        [.. Explanation().Replace(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..], "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)

            .Where(n => n is not ("none" or "nothing" or "—") && !n.StartsWith("duckdb_", StringComparison.Ordinal))];

    private static string Shorten(string text) => Spaces().Replace(text.Length > 90 ? text[..90] + "…" : text, " ").Trim();

    [GeneratedRegex(@"\bselect\b[\s\S]*\bfrom\b|\binsert\s+into\b|\bdelete\s+from\b|\bupdate\s+\S+\s+set\b|\bmerge\s+into\b|" +
        @"\bcreate\s+(or\s+replace\s+)?(temp(orary)?\s+)?(table|view|schema|macro|sequence|index)\b|\b(alter|drop)\s+(table|view|schema)\b|" +
        @"\bread_(csv|parquet|json)\w*\s*\(|\b(group|order)\s+by\s+\w|^\s*(attach|copy|describe|pragma|checkpoint)\s+['""({]",
        RegexOptions.IgnoreCase)]
    private static partial Regex Statement();

    [GeneratedRegex(@"\([^)]*\)")]
    private static partial Regex Explanation();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
