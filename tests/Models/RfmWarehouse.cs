using Crm.Analytics.Models.Rfm;
using Crm.Analytics.Tests.Storage;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Models;

/// <summary>A sale as scoring sees it.</summary>
internal sealed record Sale(int Customer, DateTime At, string Order, decimal Revenue, bool IsReturn = false)
{
    public Sale(int customer, string day, string order, decimal revenue, bool isReturn = false)
        : this(customer, DateTime.Parse(day, System.Globalization.CultureInfo.InvariantCulture), order, revenue, isReturn)
    {
    }
}

/// <summary>A warehouse with the star's tables, to be filled with sales and scored.</summary>
internal sealed class RfmWarehouse : IDisposable
{
    private readonly WarehouseFolder folder = new();
    private readonly DuckDbInstance instance;

    public RfmWarehouse(params string[] readable)
    {
        instance = DuckDbInstance.OpenWarehouse(folder.Options with { AllowedDirectories = readable });
        Session = instance.Connect();
        Session.Execute("create schema if not exists conformed");
        StarSchema.Apply(Session, Catalogue);
    }

    public static Catalogue Catalogue { get; } = CatalogueReader.ReadStandard();

    public static RfmSettings Share { get; } = new("share", "rfm", 12, new("crm.yaml", 1, 1));

    public ISession Session { get; }

    public string Folder => folder.Path;

    public Func<ISession> Connect => instance.Connect;

    public RfmWarehouse Sell(params IEnumerable<Sale> sales)
    {
        Session.Execute("create or replace temp table sold (customer_key integer, ordered_at timestamp, order_id varchar, revenue decimal(18,4), is_return boolean)");
        Session.InTransaction(() =>
        {
            using var append = Session.Append("temp", "sold");
            foreach (var sale in sales)
                append.Row(sale.Customer, sale.At, sale.Order, sale.Revenue, sale.IsReturn);
            append.Complete();
        });
        Session.Execute("insert into star.fact_sales by name select *, 1 as run_id from sold");
        return this;
    }

    public RfmSummary Score(int run, RfmSettings? settings = null, DateOnly? newest = null, long rowsAtOnce = 1_000_000)
    {
        RfmSummary? summary = null;
        Session.InTransaction(() => summary = RfmModel.Score(Session, Catalogue, settings ?? Share, Folder, run, newest, rowsAtOnce));
        return summary!;
    }

    /// <summary>A text of the rows a query answers: values joined by blanks, rows by "; ".</summary>
    public string Rows(string sql)
        => string.Join("; ", Session.Query<string>($"select concat_ws(' ', *columns(*)) from (select columns(*)::varchar from ({sql}))"));

    public void Dispose()
    {
        Session.Dispose();
        instance.Dispose();
        folder.Dispose();
    }
}
