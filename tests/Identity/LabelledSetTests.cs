using Crm.Analytics.Etl.Identity;

namespace Crm.Analytics.Tests.Identity;

/// <summary>Labelled sets of other shapes than febrl, all with the defaults: other columns, other errors, several files, no persons at all.</summary>
internal sealed class LabelledSetTests
{
    [Test]
    public void Evaluate_ContactsWithTypingErrorsAndMixedFormats_FindsMost()
    {
        var records = new GeneratedRecords(101);
        var lines = Lines(1_500, () => records.Person(), p =>
        {
            var copy = (string[])p.Clone();
            copy[2] = records.OtherFormat(copy[2]);
            for (var error = 0; error < 2; error++)
            {
                var column = records.Pick((int[])[0, 1, 4, 5, 6, 7, 8]);
                copy[column] = records.Once(3) ? "" : records.Typo(copy[column]);
            }

            copy[7] = copy[7].Length < 8 || records.Once(2) ? copy[7] : $"+61 {copy[7][1..2]} {copy[7][2..6]} {copy[7][6..]}";
            return copy;
        });
        Score("first name,surname,dob,house no,street,suburb,post code,mobile,e-mail address", lines, 0.98);
    }

    [Test]
    public void Evaluate_ScannedFormsWithSwappedNames_FindsMost()
    {
        var records = new GeneratedRecords(202);
        var lines = Lines(1_500, () => records.Person()[..7], p =>
        {
            var copy = (string[])p.Clone();
            (copy[0], copy[1]) = records.Once(5) ? (copy[1], copy[0]) : (copy[0], copy[1]);
            for (var column = 0; column < copy.Length; column++)
            {
                copy[column] = records.Once(12) ? "" : records.Scanned(copy[column]);
            }

            return copy;
        });
        Score("given_name,family_name,date_of_birth,street_number,address_1,town,postcode", lines, 0.90);
    }

    [Test]
    public void Evaluate_NamesAndTownsAlone_DoesNotGuess()
    {
        var records = new GeneratedRecords(303);
        var lines = Lines(2_000, () => records.Person() is var p ? [p[0], p[1], p[5]] : [], p => [p[0], records.Typo(p[1]), p[2]]);
        var score = Score("given,last,city", lines, 0);
        Assert.That(score.Precision, Is.AtLeast(0.5), "what cannot be told stays apart");
    }

    [Test]
    public void Evaluate_TwoFilesWithOtherColumns_LinksThem()
    {
        using var files = new EvaluatedFiles();
        var records = new GeneratedRecords(404);
        var persons = Enumerable.Range(0, 1_500).Select(_ => records.Person()).ToList();
        var shop = files.Write("shop.csv", persons.Select((p, i) => GeneratedRecords.Csv([$"s{i}", p[0], p[1], p[8], p[7], p[6], $"{i}"])).Prepend("id,First Name,Last Name,E-Mail,Phone,Zip,person"));
        var club = files.Write("club.csv", persons.Index().Where(p => p.Index % 2 == 0).Select(p => GeneratedRecords.Csv(
            [$"c{p.Index}", $"{p.Item[1]}, {records.Typo(p.Item[0])}", records.Once(3) ? "" : p.Item[8], records.Once(4) ? "" : p.Item[7], p.Item[6], $"{p.Index}"])).Prepend("nr,Kundenname,email,telefon,plz,person"));
        var result = files.Run("person", shop, club);
        TestContext.Out.WriteLine($"F1 {result.Score!.F1:0.0000} (precision {result.Score.Precision:0.0000}, recall {result.Score.Recall:0.0000})");
        Assert.That(result.Score.F1, Is.AtLeast(0.97), string.Join('\n', files.Said));
    }

    [Test]
    public void Evaluate_Publications_FindsThoseThatAreOne()
    {
        var records = new GeneratedRecords(505);
        var lines = Lines(1_000, () => records.Publication(), p =>
        {
            var words = p[0].Split(' ').ToList();
            words[records.Pick(Enumerable.Range(0, words.Count).ToList())] = records.Typo(words[0]);
            var authors = string.Join(", ", p[1].Split(", ").Select(a => records.Once(2) ? a : $"{a[0]} {a[(a.IndexOf(' ') + 1)..]}"));
            return [string.Join(' ', words), authors, records.Once(3) ? "" : p[2], records.Once(8) ? "" : p[3]];
        });
        Score("title,authors,venue,year", lines, 0.95);
    }

    [Test]
    public void Evaluate_Products_FindsThoseThatAreOne()
    {
        var records = new GeneratedRecords(606);
        var lines = Lines(1_000, () => records.Product(), p =>
        {
            var words = p[0].Split(' ').ToList();
            words.RemoveAt(records.Once(2) ? 1 : words.Count - 1);
            return [string.Join(' ', words), records.Once(3) ? "" : p[1], records.Once(3) ? "" : p[2]];
        });
        var score = Score("name,manufacturer,price", lines, 0.97);
        Assert.That(score.Precision, Is.AtLeast(0.98), "what is found is right");
    }

    [Test]
    public void Evaluate_ColumnsWithoutAnyValue_SaysThatThereIsNothing()
    {
        using var files = new EvaluatedFiles();
        var result = files.Run("person", files.Write("nulls.csv", Enumerable.Range(0, 500).Select(i => $"{i},NULL,,N/A,{i / 2}").Prepend("id,name,email,phone,person")));
        Assert.That(result.Match.Links, Is.Empty);
        Assert.That(files.Said, Has.Some.Contains("none to compare by"));
    }

    [Test]
    public void Evaluate_ManyRecordsWithoutIdentifiers_LeavesThemAlone()
    {
        using var files = new EvaluatedFiles();
        var records = new GeneratedRecords(707);
        var lines = Enumerable.Range(0, 1_000).Select(i => GeneratedRecords.Csv([$"{i}", .. records.Person() is var p && i % 2 == 0 ? p : Enumerable.Repeat("", 9), $"{i}"]));
        var result = files.Run("person", files.Write("half.csv", lines.Prepend("id,given,surname,dob,no,street,town,postcode,phone,email,person")));
        Assert.That(result.Score!.Found, Is.AtMost(2));
    }

    private static EvaluationScore Score(string header, List<string> lines, double least)
    {
        using var files = new EvaluatedFiles();
        var result = files.Run("person", files.Write("records.csv", lines.Prepend($"id,{header},person")));
        var score = result.Score!;
        TestContext.Out.WriteLine($"F1 {score.F1:0.0000} (precision {score.Precision:0.0000}, recall {score.Recall:0.0000}, {score.Compared} of {score.True} true pairs compared)");
        Assert.That(score.F1, Is.AtLeast(least), string.Join('\n', files.Said));
        return score;
    }

    /// <summary>Originals, and a copy of every second one, shuffled; the last column is the truth.</summary>
    private static List<string> Lines(int count, Func<string[]> make, Func<string[], string[]> copy)
    {
        var rows = new List<(string[] Values, int Person)>();
        for (var person = 0; person < count; person++)
        {
            var one = make();
            rows.Add((one, person));
            if (person % 2 == 0)
            {
                rows.Add((copy(one), person));
            }
        }

        var all = rows.ToArray();
        new Random(7).Shuffle(all);
        return [.. all.Select((r, i) => GeneratedRecords.Csv([$"{i}", .. r.Values, $"{r.Person}"]))];
    }
}
