namespace Crm.Analytics.Tests.Declarations;

/// <summary>Small random damage to a text, as typing does it.</summary>
internal static class Mutation
{
    private const string Signs = " \n:-[]{}'\"#,|>&*!?%@`~\\.x1é\t";

    /// <summary>The text with 1–3 changes.</summary>
    public static string Of(string text, Random random)
    {
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(text.Length + 1);
            text = random.Next(6) switch
            {
                0 when at < text.Length => text.Remove(at, 1),
                1 => text.Insert(at, Signs[random.Next(Signs.Length)].ToString()),
                2 when at < text.Length => string.Concat(text.AsSpan(0, at), Signs[random.Next(Signs.Length)].ToString(), text.AsSpan(at + 1)),
                3 => WithoutLine(text, random),
                4 => text.Insert(at, new string(' ', random.Next(1, 4))),
                _ => text[..at],
            };
        }

        return text;
    }

    private static string WithoutLine(string text, Random random)
    {
        var lines = text.Split('\n').ToList();
        var line = random.Next(lines.Count);
        if (random.Next(2) == 0)
        {
            lines.Insert(random.Next(lines.Count), lines[line]);
        }
        else
        {
            lines.RemoveAt(line);
        }

        return string.Join('\n', lines);
    }
}
