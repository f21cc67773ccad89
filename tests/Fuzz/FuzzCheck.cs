using System.Text;
using System.Text.RegularExpressions;
using Crm.Analytics.Etl.Landing;

namespace Crm.Analytics.Tests.Fuzz;

/// <summary>What fuzzing met.</summary>
internal sealed class FuzzTally
{
    public int Files { get; set; }

    public long Landed { get; set; }

    public long Rejected { get; set; }

    public int Refused { get; set; }

    public long Asked { get; set; }

    public List<string> Faults { get; } = [];

    public override string ToString() =>
        $"{Files} damaged files: {Landed} records landed, {Rejected} rejected, {Refused} files refused; {Asked} undamaged records asked for; {Faults.Count} faults";
}

/// <summary>Asks of a landed batch of damaged files what <see cref="FileFuzzTests"/> states.</summary>
internal sealed partial class FuzzCheck(FuzzedFiles kind, LandedBatch batch, ILookup<string, (long Record, string Values)> rows, FuzzTally tally)
{
    public void Run(string good, Dictionary<string, (byte[] Before, byte[] After)> damaged)
    {
        var goods = batch.Files.Where(f => IsOf(f.Path, good)).ToList();
        Ask(goods.Count > 0 && goods.TrueForAll(f => f.Rejected == 0) && goods.Sum(f => f.Records) >= 30, good, "the undamaged file does not land whole");
        foreach (var (path, (before, after)) in damaged)
        {
            tally.Files++;
            var its = batch.Files.Where(f => IsOf(f.Path, path)).ToList();
            Ask(its.Count > 0, path, "the file is not in the batch");
            its.ForEach(Count);
            if (its is [{ } whole] && !IsRefused(whole))
            {
                AskLines(path, before, after);
                AskPrefix(path, before, after);
            }

            if (kind.Name == "zip")
            {
                foreach (var entry in its.Where(f => f.Path.EndsWith(".csv", StringComparison.Ordinal) && f.Records > 0))
                {
                    Ask(entry.Records == FuzzedFiles.Rows && entry.Rejected == 0, entry.Path, "a damaged entry landed");
                }
            }
        }
    }

    private void Count(LandedFile file)
    {
        var rejects = batch.Rejects.Where(r => r.Path == file.Path).ToList();
        var landed = rows[file.Path].Select(r => r.Record).ToList();
        (tally.Landed, tally.Rejected, tally.Refused) = (tally.Landed + landed.Count, tally.Rejected + rejects.Count, tally.Refused + (IsRefused(file) ? 1 : 0));
        Ask(landed.Count == file.Records && rejects.Count == file.Rejected, file.Path, $"{landed.Count} landed and {rejects.Count} rejected, but it says {file.Records} and {file.Rejected}");
        Ask(rejects.TrueForAll(r => r.Reason.Length > 0), file.Path, "a reject without a reason");
        if (!IsRefused(file))
        {
            var all = landed.Concat(rejects.Select(r => r.Record)).Order();
            Ask(all.SequenceEqual(Enumerable.Range(1, landed.Count + rejects.Count).Select(i => (long)i)), file.Path, "records are not numbered 1, 2, 3 …");
        }
    }

    private void AskLines(string path, byte[] before, byte[] after)
    {
        if (kind.ValuesOf is null)
        {
            return;
        }

        var (old, now) = (Lines(before), Lines(after));
        if (now.Count == 0 || now[0].Text != old[0].Text || !after.AsSpan(0, old[0].Text.Length).SequenceEqual(before.AsSpan(0, old[0].Text.Length)))
        {
            return;
        }

        var quotes = (First: Array.IndexOf(after, (byte)'"'), Last: Array.LastIndexOf(after, (byte)'"'));
        var known = old.Skip(kind.HasHeader ? 1 : 0).Select(l => l.Text).Where(l => l.Length > 0).ToHashSet(StringComparer.Ordinal);
        var landed = rows[path].GroupBy(r => r.Values, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        foreach (var line in now.Skip(kind.HasHeader ? 1 : 0)
            .Where(l => known.Contains(l.Text) && (!kind.HasHeader || quotes.First < 0 || l.At > quotes.Last || l.At + l.Text.Length < quotes.First))
            .GroupBy(l => l.Text, StringComparer.Ordinal))
        {
            tally.Asked += line.Count();
            Ask(landed.GetValueOrDefault(kind.ValuesOf(line.Key)) >= line.Count(), path, $"the undamaged line '{line.Key}' is not landed {line.Count()} times");
        }
    }

    private void AskPrefix(string path, byte[] before, byte[] after)
    {
        if (kind.RecordEnd is null)
        {
            return;
        }

        var same = before.AsSpan().CommonPrefixLength(after);
        var whole = Regex.Count(Encoding.UTF8.GetString(before, 0, same), Regex.Escape(kind.RecordEnd));

        // The last one may have been followed by something that makes it another record.
        whole = Math.Max(0, whole - 1);
        tally.Asked += whole;
        Ask(rows[path].Count(r => r.Record <= whole) == whole, path, $"of {whole} records before the damage {rows[path].Count(r => r.Record <= whole)} landed");
    }

    private void Ask(bool holds, string path, string fault)
    {
        if (!holds)
        {
            tally.Faults.Add($"{path}: {fault}");
        }
    }

    private static bool IsOf(string path, string file) => path == file || path.StartsWith(file + "/", StringComparison.Ordinal);

    private bool IsRefused(LandedFile file) => batch.Rejects.Any(r => r.Path == file.Path && r.Record == 0);

    private static List<(int At, string Text)> Lines(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var lines = new List<(int, string)>();
        var at = 0;
        foreach (Match end in LineEnd().Matches(text))
        {
            lines.Add((at, text[at..end.Index]));
            at = end.Index + end.Length;
        }

        lines.Add((at, text[at..]));
        return lines;
    }

    [GeneratedRegex("\r\n|\n|\r", RegexOptions.CultureInvariant)]
    private static partial Regex LineEnd();
}
