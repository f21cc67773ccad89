using System.Globalization;
using System.Text.RegularExpressions;

namespace Crm.Analytics.Reports.Output;

/// <summary>How a picture of a report is taken.</summary>
/// <param name="Width">Width of the page, CSS pixels.</param>
/// <param name="Scale">Pixels of the picture per CSS pixel; 2 stays sharp on paper and on dense screens.</param>
public sealed record PngOptions(int Width = 1320, double Scale = 2);

/// <summary>The outcome of taking a picture.</summary>
/// <param name="Path">The picture; null when none was made.</param>
/// <param name="Message">One line that says why none was made and what to do; null when one was.</param>
public sealed record WrittenPicture(string? Path, string? Message);

/// <summary>A picture of a written HTML report in its full height, taken by a Chromium-based browser when the machine has one.</summary>
public static partial class PngReport
{
    /// <summary>The tallest picture a browser takes, pixels.</summary>
    private const double Tallest = 16_000;

    /// <summary>Takes the picture. A missing browser is a message, not an error: the HTML file is the report.</summary>
    /// <param name="html">The HTML report.</param>
    /// <param name="png">The picture; an older one is replaced.</param>
    /// <param name="options">Size; null: the usual one.</param>
    /// <param name="cancellation">Ends the browser.</param>
    public static WrittenPicture Write(string html, string png, PngOptions? options = null, CancellationToken cancellation = default) =>
        Write(html, png, options ?? new PngOptions(), Environment.GetEnvironmentVariable, cancellation);

    internal static WrittenPicture Write(
        string html, string png, PngOptions options, Func<string, string?> environment, CancellationToken cancellation)
    {
        if (Chromium.Find(environment) is not { } executable)
        {
            var named = environment(Chromium.Variable);
            return new WrittenPicture(null, string.IsNullOrEmpty(named)
                ? $"No PNG: it takes Chromium, Google Chrome or Microsoft Edge. Install one (Debian: apt-get install chromium), or set {Chromium.Variable} to its program file."
                : $"No PNG: {Chromium.Variable} names '{named}', which is not a file. Set it to the program file of Chromium, Google Chrome or Microsoft Edge.");
        }

        var browser = new Chromium(executable);
        var page = new Uri(Path.GetFullPath(html)).AbsoluteUri;
        var (document, failure) = browser.Run([Window(options.Width, 1000), "--dump-dom", page], cancellation);
        if (document is null)
        {
            return Failed(failure);
        }

        // The page's script notes its height once everything is drawn.
        if (!int.TryParse(Height().Match(document).Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var height))
        {
            return Failed("the page did not finish drawing");
        }

        var scale = Math.Min(options.Scale, Math.Max(1, Tallest / height));
        File.Delete(png);
        (_, failure) = browser.Run(
            [Window(options.Width, height), string.Create(CultureInfo.InvariantCulture, $"--force-device-scale-factor={scale:0.##}"), $"--screenshot={Path.GetFullPath(png)}", page],
            cancellation);
        return File.Exists(png) ? new WrittenPicture(png, null) : Failed(failure ?? "the browser wrote no file");
    }

    private static WrittenPicture Failed(string? why) => new(null, $"No PNG: {why}. The HTML report is whole; try another browser by {Chromium.Variable}.");

    private static string Window(int width, int height) => string.Create(CultureInfo.InvariantCulture, $"--window-size={width},{height}");

    [GeneratedRegex("<html[^>]* data-height=\"([0-9]+)\"")]
    private static partial Regex Height();
}
