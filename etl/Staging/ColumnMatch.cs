using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Staging;

/// <summary>A raw column that seems to be a contract's column.</summary>
/// <param name="Column">The contract column.</param>
/// <param name="Raw">The raw column; null when an expression of several makes it.</param>
/// <param name="Expression">What the map says.</param>
/// <param name="Confidence">How sure it is, 0–1.</param>
/// <param name="Why">What speaks for it.</param>
public sealed record ColumnMatch(ContractColumn Column, ColumnProfile? Raw, string Expression, double Confidence, string Why)
{
    /// <summary>Below this a match is not proposed.</summary>
    private const double Least = 0.5;

    /// <summary>The best matches of a contract's columns with raw columns, each raw column for one contract column; in the contract's order.</summary>
    public static IReadOnlyList<ColumnMatch> Of(Contract contract, IReadOnlyList<ColumnProfile> raw)
    {
        var candidates = contract.Columns.SelectMany(c => raw.Select(r => Score(contract, c, r))).OfType<ColumnMatch>()
            .Where(m => m.Confidence >= Least).OrderByDescending(m => m.Confidence).ToList();
        var taken = new Dictionary<string, ColumnMatch>(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var match in candidates.Where(m => !taken.ContainsKey(m.Column.Name) && !used.Contains(m.Raw!.Name)))
        {
            taken.Add(match.Column.Name, match);
            used.Add(match.Raw!.Name);
        }

        if (contract.Columns.FirstOrDefault(c => c.Name == "name") is { } name && !taken.ContainsKey("name") && PersonName(name, raw) is { } person)
        {
            taken.Add("name", person);
        }

        return [.. contract.Columns.Where(c => taken.ContainsKey(c.Name)).Select(c => taken[c.Name])];
    }

    private static ColumnMatch? Score(Contract contract, ContractColumn column, ColumnProfile raw)
    {
        var (name, why) = ByName(contract, column, raw.Name);
        var content = column.Name switch
        {
            "email" => raw.Content == ContentTests.Email,
            "currency" => raw.Content == ContentTests.Currency,
            "country" => raw.Content == ContentTests.Country,
            "birth_date" => raw.Personal == "birth date",
            "phone" => raw.Personal == "phone",
            _ => false,
        };
        if (name == 0 && !content)
        {
            return null;
        }

        var (confidence, reason) = content && name > 0 ? (Math.Min(0.99, name + 0.1), $"{why}, content") : content ? (0.75, $"content: {raw.Content ?? raw.Personal}") : (name, why);
        return raw.Filled > raw.Empty && !Fits(column.Type.Kind, raw) ? null : new(column, raw, Read(column, raw), confidence, reason);
    }

    private static (double Score, string Why) ByName(Contract contract, ContractColumn column, string raw)
    {
        var joined = Names.Joined(raw);
        var own = Names.Joined(column.Name);
        if (joined == own)
        {
            return (1, "name");
        }

        var known = Synonyms.Of(contract, column).ToList();
        var place = known.IndexOf(joined);
        if (place >= 0)
        {
            return (Math.Max(0.7, 0.95 - (0.01 * place)), "a usual name for it");
        }

        // A prefix says whose it is: shop_order_no, cust_email.
        var words = Names.Words(raw);
        for (var from = 1; from < words.Count; from++)
        {
            var rest = string.Concat(words.Skip(from));
            if (rest == own || (rest.Length > 2 && known.Contains(rest)))
            {
                return (rest == own ? 0.65 : 0.55, "part of its name");
            }
        }

        return (0, "");
    }

    private static bool Fits(TypeKind wanted, ColumnProfile raw) => wanted switch
    {
        TypeKind.Text => true,
        TypeKind.Integer or TypeKind.Decimal or TypeKind.Double => raw.Type.Kind is TypeKind.Integer or TypeKind.Decimal or TypeKind.Double,
        TypeKind.Boolean => raw.Type.Kind == TypeKind.Boolean,
        _ => raw.Type.Kind is TypeKind.Date or TypeKind.Timestamp,
    };

    /// <summary>The column, or what makes a number of one that is written with a comma, or a code of one that was exported through a floating-point column.</summary>
    private static string Read(ContractColumn column, ColumnProfile raw) => column.Type.Kind switch
    {
        not TypeKind.Text when raw.DecimalComma => $"replace(replace({Name(raw.Name)}, '.', ''), ',', '.')",
        TypeKind.Text when raw.RawType == "VARCHAR" && raw.Type.Kind == TypeKind.Decimal && raw.Top.Count > 0 && raw.Top.All(t => t.Value.EndsWith(".0", StringComparison.Ordinal)) =>
            $@"regexp_replace({Name(raw.Name)}, '\.0$', '')",
        _ => raw.Name,
    };

    private static ColumnMatch? PersonName(ContractColumn name, IReadOnlyList<ColumnProfile> raw)
    {
        var (first, last) = (raw.FirstOrDefault(r => Synonyms.PersonName.First.Contains(Names.Joined(r.Name))), raw.FirstOrDefault(r => Synonyms.PersonName.Last.Contains(Names.Joined(r.Name))));
        return first is null || last is null ? null : new(name, null, $"concat_ws(' ', {Name(first.Name)}, {Name(last.Name)})", 0.8, "its parts");
    }

    private static string Name(string column) => column.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !char.IsAsciiDigit(column[0]) ? column : SqlName.Quote(column);
}
