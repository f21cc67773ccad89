using System.Globalization;

namespace Crm.Analytics.Reports.Charts;

/// <summary>
/// Colours that people with any of the common colour-vision deficiencies tell apart. Series: Okabe and Ito (2008), darkened so that each has a
/// contrast of at least 3:1 on white and on the dark page. Scales run in lightness, so that they hold in grey as well.
/// </summary>
internal static class Palette
{
    /// <summary>Low to high, one hue, even steps of lightness.</summary>
    public static readonly IReadOnlyList<string> Sequence = ["#e3eef9", "#b5d2ee", "#7fb2e0", "#4a8dca", "#1f66ab", "#0b4079"];

    /// <summary>Members of a dimension; each has a contrast of at least 3:1 on the light and on the dark page.</summary>
    private static readonly IReadOnlyList<string> Members = ["#2f7cc0", "#d9730d", "#149070", "#b0609a", "#7a7fd0", "#a8822a", "#4f9aa8", "#c25a5a"];

    /// <summary>Good to bad: blue through a neutral to orange, never red against green.</summary>
    private static readonly (int R, int G, int B)[] Diverging = [(0x0b, 0x5f, 0xa5), (0x6a, 0xa9, 0xd8), (0xd9, 0xdd, 0xe2), (0xf0, 0xb2, 0x6b), (0xc2, 0x5a, 0x0c)];

    /// <summary>A colour between good (0) and bad (1).</summary>
    public static string GoodToBad(double place)
    {
        var position = Math.Clamp(place, 0, 1) * (Diverging.Length - 1);
        var left = Math.Min((int)position, Diverging.Length - 2);
        var (a, b, share) = (Diverging[left], Diverging[left + 1], position - left);
        return string.Create(CultureInfo.InvariantCulture, $"#{Mix(a.R, b.R, share):x2}{Mix(a.G, b.G, share):x2}{Mix(a.B, b.B, share):x2}");
    }

    /// <summary>Class k of n, on the sequence.</summary>
    public static string Class(int k, int n) => Sequence[n <= 1 ? Sequence.Count / 2 : (int)Math.Round((double)k * (Sequence.Count - 1) / (n - 1))];

    /// <summary>A colour for a name: the same for the same name, on both sides of a flow and in every report.</summary>
    public static string Member(string name)
    {
        // FNV-1a: string.GetHashCode differs from process to process.
        var hash = name.Aggregate(2166136261u, (h, c) => (h ^ c) * 16777619u);
        return Members[(int)(hash % (uint)Members.Count)];
    }

    /// <summary>The text colour that reads best on a background: the one with the higher contrast (WCAG 2 relative luminance).</summary>
    public static string TextOn(string background)
    {
        var luminance = (0.2126 * Linear(1)) + (0.7152 * Linear(3)) + (0.0722 * Linear(5));
        return luminance > 0.18 ? "#16202c" : "#ffffff";

        double Linear(int at)
        {
            var value = int.Parse(background.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }
    }

    private static int Mix(int a, int b, double share) => (int)Math.Round(a + ((b - a) * share));
}
