using Crm.Analytics.Models.Campaigns;
using Crm.Analytics.Models.Clv;
using Crm.Analytics.Models.Cohorts;
using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Models.Lifecycle;
using Crm.Analytics.Models.Matching;
using Crm.Analytics.Models.Portfolio;
using Crm.Analytics.Models.Rfm;
using Crm.Analytics.Models.Service;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Models;

/// <summary>Every kind of model that is fitted from a file. A new one is a class and a line here.</summary>
public static class ModelKinds
{
    /// <summary>All kinds, in the order they are shown.</summary>
    public static IReadOnlyList<IModelKind> All { get; } =
    [
        new PurchaseKind(BgNbd.Plain),
        new PurchaseKind(BgNbd.Modified),
        new PurchaseKind(ParetoNbd.Plain),
        new PurchaseKind(Nbd.Plain),
        new GammaGammaKind(),
        new ClvKind(),
        new BgBbKind(),
        new ContractKind(ContractSurvival.ShiftedBetaGeometric),
        new ContractKind(ContractSurvival.BetaDiscreteWeibull),
        new RfmKind(),
        new PortfolioKind(),
        new CohortsKind(),
        new LifecycleKind(),
        new UpliftKind(),
        new MatchedKind(),
        new AttributionKind(),
        new NpsKind(),
        new Churn.ChurnKind(),
        new Baskets.BasketsKind(),
        new Recommendations.RecommendKind(),
        new Segmentation.ClusterKind(),
        new Forecasting.ForecastKind(),
    ];

    /// <summary>The kind of that name.</summary>
    /// <exception cref="CrmException">There is none.</exception>
    public static IModelKind Find(string name)
        => All.FirstOrDefault(k => k.Name == name)
            ?? throw new CrmException(
                FailureKind.WrongUse, $"'{name}'", "crm model fit", NearestName.Expected("a kind of model", name, [.. All.Select(k => k.Name)]), "Correct it; `crm model list` tells them");
}
