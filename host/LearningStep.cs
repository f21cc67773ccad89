using Crm.Analytics.Models.Churn;
using Crm.Analytics.Models.Forecasting;
using Crm.Analytics.Models.Recommendations;
using Crm.Analytics.Models.Segmentation;
using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Host;

/// <summary>
/// Inside a run: lists the members of the project's own segments, and learns what <c>crm.yaml</c> asks for (churn, forecast, offers), so that readers see all of it
/// change together with the facts it stands on.
/// </summary>
internal sealed class LearningStep : IRunStep
{
    public string Name => "learn";

    public long Execute(RunStepContext context)
    {
        var (session, catalogue, learning) = (context.Session, context.Project.Catalogue, context.Project.Settings.Learning);
        var changed = 0L;
        if (SegmentReader.ReadAll(context.Project.Folder, CustomerColumns(context)) is { Count: > 0 } segments)
            changed += SegmentModel.Score(session, catalogue, segments, context.Run, context.Cancellation);
        if (learning.Churn is { } churn)
            changed += ChurnModel.Score(session, catalogue, churn, context.Run, context.Cancellation);
        if (learning.Forecast is { } forecast)
            changed += ForecastModel.Score(session, catalogue, forecast, context.Run, context.Cancellation);
        if (learning.Offers is { } offers)
            changed += OfferModel.Score(session, catalogue, offers, context.Run, context.Cancellation);
        return changed;
    }

    private static IReadOnlyCollection<string> CustomerColumns(RunStepContext context)
        => [.. context.Project.Catalogue.Dimensions["customer"].Attributes.Select(a => a.Column)];
}
