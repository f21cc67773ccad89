using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>The order that facts are loaded in: rates before the amounts they convert, and derived facts after all they are made from.</summary>
public static class FactOrder
{
    /// <summary>Facts that come from contracts.</summary>
    public static IEnumerable<Fact> Loaded(Catalogue catalogue) => catalogue.Facts.Values.Where(f => f.From is not null)
        .OrderBy(f => f.Name == ExchangeRates.Fact ? 0 : 1).ThenBy(f => f.Name, StringComparer.Ordinal);

    /// <summary>Facts that are made from those.</summary>
    public static IEnumerable<Fact> Derived(Catalogue catalogue) =>
        catalogue.Facts.Values.Where(f => f.Derived is not null).OrderBy(f => f.Name, StringComparer.Ordinal);
}
