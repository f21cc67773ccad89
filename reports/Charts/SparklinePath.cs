using System.Globalization;
using System.Text;

namespace Crm.Analytics.Reports.Charts;

/// <summary>A small line without axes, as the path of an SVG: it shows with scripts off and in print.</summary>
internal static class SparklinePath
{
    /// <summary>The path's <c>d</c> in a box of the given size, one decimal; gaps where values are missing; empty with fewer than two values.</summary>
    public static string Of(IReadOnlyList<double?> values, int width, int height)
    {
        var present = values.OfType<double>().ToList();
        if (present.Count < 2)
        {
            return "";
        }

        var (low, high) = (present.Min(), present.Max());
        var path = new StringBuilder();
        var pen = 'M';
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] is not { } value)
            {
                pen = 'M';
                continue;
            }

            var x = (double)i * width / (values.Count - 1);
            var y = high > low ? height - ((value - low) / (high - low) * height) : height / 2.0;
            path.Append(CultureInfo.InvariantCulture, $"{pen}{x:0.#} {y:0.#}");
            pen = 'L';
        }

        return path.ToString();
    }
}
