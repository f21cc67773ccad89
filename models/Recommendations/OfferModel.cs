using System.Globalization;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Recommendations;

/// <summary>Next offers for every customer of the star, with the product that speaks for each.</summary>
public static class OfferModel
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(OfferModel));

    /// <summary>Makes <c>star.score_offer</c> hold the offers that the facts as they are now lead to.</summary>
    /// <param name="session">The warehouse, inside the run's transaction.</param>
    /// <param name="catalogue">The declarations; the fact is among them.</param>
    /// <param name="settings">How offers are made.</param>
    /// <param name="run">The run that writes.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>Rows that changed, and how many offers there are.</returns>
    public static StarOutcome Score(ISession session, Catalogue catalogue, OfferSettings settings, int run, CancellationToken cancellation = default)
    {
        if (session.Scalar<DateOnly?>(Sql.Fill("newest")) is not { } newest)
            return StarOutcome.Nothing;
        session.Execute(Sql.Fill("bought"), null, cancellation);
        session.Execute(Sql.Fill("made"));
        var options = new OfferOptions { Offers = settings.Count, LeastCommon = settings.LeastCommon };
        ItemNeighbours.Offer(session, "offer_bought", Sql.Fill("customer").Trim(), Sql.Fill("product").Trim(), "moment", options, offers =>
        {
            using var append = session.Append("temp", "offer_list");
            foreach (var offer in offers)
                append.Row(Key(offer.CustomerId), (int)offer.Rank, Key(offer.Item), offer.Score, Key(offer.Reason), offer.Shared);
            append.Complete();
        }, cancellation);
        session.Execute(Sql.Fill("rows"), new { newest }, cancellation);
        var counts = ScoreTable.Merge(session, catalogue, "offer", "offer_row", ["customer_key", "product_key"], run);
        var offers = session.Scalar<long>(Sql.Fill("count"));
        session.Execute(Sql.Fill("forget"));
        return new(newest, counts.Inserted + counts.Changed + counts.Removed, offers, offers > 0 ? [] : [$"no offers: no two products were bought by {settings.LeastCommon} customers each"]);
    }

    private static int Key(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
