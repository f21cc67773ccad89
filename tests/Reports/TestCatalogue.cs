using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;

namespace Crm.Analytics.Tests.Reports;

/// <summary>The standard model, read once.</summary>
internal static class TestCatalogue
{
    public static Catalogue Value { get; } = CatalogueReader.ReadStandard();
}
