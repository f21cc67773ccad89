using Crm.Analytics.Models.Baskets;
using Crm.Analytics.Models.Campaigns;
using Crm.Analytics.Models.Churn;
using Crm.Analytics.Models.Clv;
using Crm.Analytics.Models.Cohorts;
using Crm.Analytics.Models.Forecasting;
using Crm.Analytics.Models.Lifecycle;
using Crm.Analytics.Models.Matching;
using Crm.Analytics.Models.Portfolio;
using Crm.Analytics.Models.Recommendations;
using Crm.Analytics.Models.Rfm;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Models.Segmentation;
using Crm.Analytics.Models.Service;

namespace Crm.Analytics.Models;

/// <summary>Every model that runs score the star by. A new one is a class and a line here.</summary>
public static class StarModels
{
    /// <summary>All models, in the order they run.</summary>
    public static IReadOnlyList<IStarModel> All { get; } =
    [
        new RfmScoring(), new LifetimeValueScoring(), new SegmentScoring(), new ChurnScoring(), new ForecastScoring(), new OfferScoring(), new BasketModel(), new PortfolioModel(), new LifecycleModel(), new CohortsModel(),
        new UpliftModel(), new AttributionModel(), new EffectModel(), new UpSellModel(), new OccasionModel(), new SubscriptionModel(), new ClusterModel(), new TermModel(),
    ];
}
