using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Staging;

/// <summary>What contract columns are called in the world, joined and in small letters, most usual first; a contract's own word goes before the general one.</summary>
internal static class Synonyms
{
    private static readonly Dictionary<string, string[]> known = new(StringComparer.Ordinal)
    {
        ["order_id"] = Split("orderno ordernumber ordernr order invoice invoiceno invoiceid invoicenumber salesorderid salesorder transactionid transaction receiptid receiptno receipt " +
            "bestellnummer bestellnr bestellung auftragsnummer auftragsnr auftrag rechnungsnummer rechnungsnr rechnung belegnummer belegnr beleg commande pedido ordine"),
        ["line_id"] = Split("lineno linenumber line orderlineid orderitemid position positionsnummer positionsnr pos zeile zeilennr"),
        ["ordered_at"] = Split("orderdate ordertime invoicedate purchasedate purchasedat saledate soldat transactiondate createdat created timestamp datetime date time " +
            "bestelldatum auftragsdatum rechnungsdatum belegdatum datum datecommande fecha"),
        ["customer_id"] = Split("customerno customernumber customernr customer custid custno clientid client userid user buyerid buyer memberid contactid accountid " +
            "kundennummer kundennr kundenid kunde idclient cliente"),
        ["product_id"] = Split("productcode productno product sku itemcode itemno itemid item articleid articleno article stockcode partno upc ean gtin " +
            "artikelnummer artikelnr artikel produktnummer produktnr produkt referencia"),
        ["quantity"] = Split("qty units pieces pcs count menge anzahl stueck stuck quantite cantidad quantita"),
        ["unit_price"] = Split("price priceeach itemprice saleprice netprice einzelpreis stueckpreis stuckpreis preis prixunitaire prix precio prezzo"),
        ["discount"] = Split("discountamount rebate rabatt nachlass remise descuento"),
        ["currency"] = Split("currencycode curr waehrung wahrung devise moneda valuta"),
        ["country"] = Split("countrycode countryname nation shipcountry shippingcountry billingcountry land pays pais paese"),
        ["channel"] = Split("saleschannel kanal vertriebskanal canal"),
        ["is_return"] = Split("return returned isreturned retoure ruecksendung rucksendung"),
        ["customer.name"] = Split("fullname customername clientname contactname kundenname nom nombre"),
        ["email"] = Split("emailaddress mail emailadresse courriel correo"),
        ["phone"] = Split("phonenumber telephone tel mobile mobilephone telefon telefonnummer telefonnr handy mobil telefono"),
        ["city"] = Split("town ort stadt wohnort ville ciudad citta"),
        ["postal_code"] = Split("postcode zip zipcode plz postleitzahl codepostal codigopostal"),
        ["birth_date"] = Split("dateofbirth dob birthday geburtsdatum geburtstag datenaissance fechanacimiento"),
        ["effective_at"] = Split("updatedat modifiedat lastmodified modified changedat validfrom effectivefrom since registeredat createdat geaendertam aktualisiertam gueltigab aenderungsdatum"),
        ["product.name"] = Split("productname description title itemname articlename bezeichnung artikelbezeichnung beschreibung produktname designation"),
        ["category"] = Split("productcategory productgroup group department kategorie warengruppe produktgruppe categorie"),
        ["brand"] = Split("manufacturer maker vendor marke hersteller marque"),
        ["unit_cost"] = Split("cost standardcost purchaseprice einkaufspreis ekpreis ek kosten cout"),
    };

    /// <summary>Other names of a contract's column.</summary>
    public static IReadOnlyList<string> Of(Contract contract, ContractColumn column) =>
        [.. known.GetValueOrDefault($"{contract.Name}.{column.Name}", []), .. known.GetValueOrDefault(column.Name, [])];

    /// <summary>Names of the two parts of a person's name.</summary>
    public static (string[] First, string[] Last) PersonName { get; } = (Split("firstname vorname givenname prenom nombre"), Split("lastname surname nachname familyname apellido"));

    private static string[] Split(string words) => words.Split(' ');
}
