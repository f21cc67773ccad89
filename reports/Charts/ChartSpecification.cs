namespace Crm.Analytics.Reports.Charts;

/// <summary>What a chart shows, in plain values: nothing here knows where the figures came from, nor what draws them.</summary>
internal abstract record ChartSpecification;

/// <summary>How the labels of a value axis are written; the page turns the name into the reader's locale.</summary>
internal enum AxisFormat
{
    Number,
    Currency,
    Percent,
}

/// <summary>Columns, bars or lines over named categories.</summary>
internal sealed record CategoryChart(
    IReadOnlyList<string> Categories, IReadOnlyList<ChartSeries> Series, bool Horizontal) : ChartSpecification;

/// <summary>One series; a value and its text for each category.</summary>
internal sealed record ChartSeries(string Name, bool Line, bool SecondAxis, AxisFormat Format, IReadOnlyList<ChartPoint> Points);

/// <summary>A value, how people read it, and whether it is drawn pale because its period is not over.</summary>
internal readonly record struct ChartPoint(double? Value, string Text, bool Pale = false);

/// <summary>Rectangles by area; <see cref="TreemapItem.Place"/> colours them.</summary>
internal sealed record TreemapChart(string MeasureTitle, IReadOnlyList<TreemapItem> Items) : ChartSpecification;

/// <summary>One rectangle. Place is 0 (good) to 1 (bad), or null for a plain colour; Detail is told when pointed at.</summary>
internal sealed record TreemapItem(string Name, double Value, string Text, double? Place, string? Detail);

/// <summary>Cells of two crossed dimensions, coloured in classes from low to high. Y labels go from the bottom up.</summary>
internal sealed record HeatmapChart(
    string XTitle, string YTitle, IReadOnlyList<string> XLabels, IReadOnlyList<string> YLabels,
    IReadOnlyList<HeatmapCell> Cells, IReadOnlyList<HeatmapClass> Classes) : ChartSpecification;

/// <summary>One cell; Text stands in it, Detail is told when pointed at.</summary>
internal sealed record HeatmapCell(int X, int Y, double Value, string Text, string Detail);

/// <summary>A class of values: from Low to High, both included.</summary>
internal sealed record HeatmapClass(double Low, double High, string Label);
