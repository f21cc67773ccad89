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
    IReadOnlyList<string> Categories, IReadOnlyList<ChartSeries> Series, bool Horizontal, bool Stack = false) : ChartSpecification;

/// <summary>One series; a value and its text for each category.</summary>
internal sealed record ChartSeries(string Name, bool Line, bool SecondAxis, AxisFormat Format, IReadOnlyList<ChartPoint> Points)
{
    /// <summary>Fill what lies under the line.</summary>
    public bool Area { get; init; }

    /// <summary>Values are shares that end at the whole, so their axis ends there too.</summary>
    public bool Whole { get; init; }

    /// <summary>Draw the line without a mark at each value: there are too many.</summary>
    public bool Plain { get; init; }

    /// <summary>The column of the table beside the chart that holds its figures; null for none.</summary>
    public int? Column { get; init; }
}

/// <summary>A value, how people read it, and whether it is drawn pale because its period is not over.</summary>
internal readonly record struct ChartPoint(double? Value, string Text, bool Pale = false)
{
    /// <summary>The row of the table beside the chart that it stands for; null for none.</summary>
    public int? Row { get; init; }
}

/// <summary>Rectangles by area; <see cref="TreemapItem.Place"/> colours them.</summary>
internal sealed record TreemapChart(string MeasureTitle, IReadOnlyList<TreemapItem> Items) : ChartSpecification
{
    /// <summary>The column of the table beside the chart that its areas show; null for none.</summary>
    public int? Column { get; init; }
}

/// <summary>One rectangle. Place is 0 (good) to 1 (bad), or null for a plain colour; Detail is told when pointed at.</summary>
internal sealed record TreemapItem(string Name, double Value, string Text, double? Place, string? Detail)
{
    /// <summary>Its row of the table beside the chart; null for none.</summary>
    public int? Row { get; init; }
}

/// <summary>Cells of two crossed dimensions, coloured in classes from low to high. Y labels go from the bottom up.</summary>
internal sealed record HeatmapChart(
    string XTitle, string YTitle, IReadOnlyList<string> XLabels, IReadOnlyList<string> YLabels,
    IReadOnlyList<HeatmapCell> Cells, IReadOnlyList<HeatmapClass> Classes) : ChartSpecification;

/// <summary>One cell; Text stands in it, Detail is told when pointed at.</summary>
internal sealed record HeatmapCell(int X, int Y, double Value, string Text, string Detail)
{
    /// <summary>Its row of the table beside the chart; null for none.</summary>
    public int? Row { get; init; }
}

/// <summary>A class of values: from Low to High, both included.</summary>
internal sealed record HeatmapClass(double Low, double High, string Label);

/// <summary>Steps from the first, widest one down.</summary>
internal sealed record FunnelChart(string MeasureTitle, IReadOnlyList<FunnelItem> Items) : ChartSpecification;

/// <summary>One step; Text stands in it, Detail is told when pointed at.</summary>
internal sealed record FunnelItem(string Name, double Value, string Text, string Detail)
{
    /// <summary>Its row of the table beside the chart; null for none.</summary>
    public int? Row { get; init; }
}

/// <summary>Streams between two sides.</summary>
internal sealed record FlowChart(string MeasureTitle, IReadOnlyList<FlowNode> Nodes, IReadOnlyList<FlowLink> Links) : ChartSpecification;

/// <summary>A member of one side (0 left, 1 right); the same name may stand on both.</summary>
internal sealed record FlowNode(int Side, string Name, string Text);

/// <summary>A stream from a node at the left to one at the right, by their places.</summary>
internal sealed record FlowLink(int From, int To, double Value, string Text)
{
    /// <summary>Its row of the table beside the chart; null for none.</summary>
    public int? Row { get; init; }
}

/// <summary>Countries coloured in classes from low to high; those without a value stay pale.</summary>
internal sealed record WorldMapChart(string MeasureTitle, IReadOnlyList<MapItem> Items) : ChartSpecification;

/// <summary>A country by the name that the map's shapes bear.</summary>
internal sealed record MapItem(string Shape, string Name, double Value, string Text, string Colour, string Detail)
{
    /// <summary>Its row of the table beside the chart; null for none.</summary>
    public int? Row { get; init; }
}
