namespace Crm.Analytics.Reports.Output;

/// <summary>A written HTML report on paper, printed by a Chromium-based browser when the machine has one.</summary>
internal static class PdfReport
{
    /// <summary>Prints the page.</summary>
    /// <param name="html">The HTML report.</param>
    /// <param name="pdf">The file; an older one is replaced.</param>
    /// <param name="cancellation">Ends the browser.</param>
    public static WrittenPicture Write(string html, string pdf, CancellationToken cancellation = default)
    {
        if (Chromium.Find(Environment.GetEnvironmentVariable) is not { } executable)
        {
            return new WrittenPicture(null, $"No PDF: it takes Chromium, Google Chrome or Microsoft Edge. Install one (Debian: apt-get install chromium), or set {Chromium.Variable} to its program file.");
        }

        File.Delete(pdf);

        // The window is as wide as a sheet in landscape, so that charts are drawn for the width they are printed in.
        var (_, failure) = new Chromium(executable).Run(
            ["--window-size=1240,1000", "--no-pdf-header-footer", "--generate-pdf-document-outline", $"--print-to-pdf={Path.GetFullPath(pdf)}", new Uri(Path.GetFullPath(html)).AbsoluteUri], cancellation);
        return File.Exists(pdf) ? new WrittenPicture(pdf, null)
            : new WrittenPicture(null, $"No PDF: {failure ?? "the browser wrote no file"}. The HTML report is whole; try another browser by {Chromium.Variable}.");
    }
}
