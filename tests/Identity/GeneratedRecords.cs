using System.Globalization;

namespace Crm.Analytics.Tests.Identity;

/// <summary>Persons, publications and products that nobody has, with copies that are wrong in ways that are known; all from a seed.</summary>
internal sealed class GeneratedRecords(int seed)
{
    private static readonly string[] Given =
        "james mary robert patricia john jennifer michael linda david elizabeth william barbara richard susan joseph jessica thomas sarah charles karen daniel lisa matthew nancy anthony betty mark sandra paul ashley steven kimberly andrew donna kenneth emily joshua michelle kevin carol brian amanda george melissa edward deborah ronald stephanie timothy rebecca jason laura jeffrey helen ryan sharon jacob cynthia gary kathleen nicholas amy eric angela jonathan shirley stephen anna larry brenda justin pamela scott emma brandon nicole benjamin ruth samuel katherine gregory samantha frank christine alexander catherine patrick virginia raymond debra jack rachel dennis janet jerry carolyn".Split(' ');

    private static readonly string[] Family =
        "smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson thomas taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker young allen king wright scott torres nguyen hill flores green adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips evans turner diaz parker cruz edwards collins reyes stewart morris morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward richardson watson brooks chavez wood bennett gray mendoza ruiz hughes price alvarez castillo sanders patel myers long ross foster jimenez powell jenkins perry russell sullivan bell coleman butler henderson barnes fisher vasquez simmons romero jordan patterson alexander hamilton graham reynolds griffin wallace moreno west cole hayes bryant herrera gibson ellis tran medina aguilar stevens murray ford castro marshall owens harrison fernandez mcdonald woods washington kennedy wells vargas henry freeman webb tucker guzman burns crawford olson simpson porter hunter gordon mendez silva shaw snyder mason dixon munoz hunt hicks holmes palmer wagner black robertson boyd rose stone salazar fox warren mills meyer rice schmidt daniels ferguson nichols stephens soto weaver ryan gardner payne grant dunn kelley spencer hawkins".Split(' ');

    private static readonly string[] Streets = "oak high park church station mill green victoria king queen albert london york bridge castle hill river lake forest garden meadow spring orchard market school chapel manor grange wood field".Split(' ');
    private static readonly string[] Kinds = ["street", "road", "avenue", "lane", "drive", "close"];
    private static readonly string[] Towns = "ashford barton camden dalton easton farnham grafton hadley irvine kelso lenham marlow newton oakham preston quorn reading selby thame upton welwyn yarm".Split(' ');

    private static readonly string[] Terms =
        "adaptive distributed query optimization learning neural graph database system parallel index stream mining efficient scalable probabilistic semantic network analysis model retrieval transaction storage memory cache compression join approximate sampling clustering classification temporal spatial secure private cloud mobile sensor web schema integration quality cleaning matching ranking search recommendation visual interactive language compiler logic constraint".Split(' ');

    private readonly Random random = new(seed);

    /// <summary>One of some.</summary>
    public T Pick<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];

    /// <summary>True once in so many times.</summary>
    public bool Once(int inTimes) => random.Next(inTimes) == 0;

    /// <summary>A person: given name, surname, birth date, house number, street, town, postal code, telephone, e-mail.</summary>
    public string[] Person()
    {
        var (given, family) = (Pick(Given), Pick(Family));
        var born = new DateOnly(1935, 1, 1).AddDays(random.Next(27_000));
        var town = random.Next(Towns.Length);
        return [given, family, born.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), $"{random.Next(1, 200)}", $"{Pick(Streets)} {Pick(Kinds)}", Towns[town], $"{2000 + (town * 37) + random.Next(4)}",
            $"0{random.Next(2, 9)}{random.Next(10_000_000, 99_999_999)}", $"{given}.{family}{random.Next(100)}@{Pick((string[])["mail", "web", "post", "inbox"])}.example"];
    }

    /// <summary>A publication: title, authors, venue, year.</summary>
    public string[] Publication() => [
        string.Join(' ', Enumerable.Range(0, random.Next(5, 9)).Select(_ => Pick(Terms))),
        string.Join(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"{Pick(Given)} {Pick(Family)}")),
        Pick((string[])["vldb", "sigmod conference", "icde", "tods", "kdd", "edbt"]), $"{random.Next(1990, 2024)}"];

    /// <summary>A product: title, maker, price.</summary>
    public string[] Product()
    {
        var maker = Pick((string[])["acme", "globex", "initech", "umbrella", "stark", "wayne", "tyrell", "cyberdyne"]);
        return [$"{maker} {Pick(Terms)} {Pick((string[])["camera", "printer", "laptop", "router", "monitor", "headset"])} {(char)('a' + random.Next(26))}{(char)('a' + random.Next(26))}-{random.Next(100, 9999)} {Pick((string[])["black", "white", "silver", "blue"])}", maker,
            (10 + (random.NextDouble() * 900)).ToString("0.00", CultureInfo.InvariantCulture)];
    }

    /// <summary>A typing error: a sign left out, doubled, swapped or another.</summary>
    public string Typo(string text)
    {
        if (text.Length < 3)
        {
            return text;
        }

        var at = random.Next(text.Length - 1);
        return random.Next(4) switch
        {
            0 => text.Remove(at, 1),
            1 => text.Insert(at, text[at].ToString()),
            2 => $"{text[..at]}{text[at + 1]}{text[at]}{text[(at + 2)..]}",
            _ => $"{text[..at]}{(char.IsDigit(text[at]) ? (char)('0' + random.Next(10)) : (char)('a' + random.Next(26)))}{text[(at + 1)..]}",
        };
    }

    /// <summary>What a scanner makes of it.</summary>
    public string Scanned(string text) => string.Concat(text.Select(c => !Once(7) ? c.ToString() : c switch
    {
        'o' => "0",
        '0' => "o",
        'l' => "1",
        '1' => "l",
        'm' => "rn",
        's' => "5",
        '5' => "s",
        'e' => "c",
        'g' => "9",
        'b' => "6",
        '8' => "b",
        _ => c.ToString(),
    }));

    /// <summary>The same day in another format.</summary>
    public string OtherFormat(string day)
    {
        var date = DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        return date.ToString(Pick((string[])["dd/MM/yyyy", "yyyyMMdd", "d MMM yyyy", "dd.MM.yyyy", "yyyy-MM-dd"]), CultureInfo.InvariantCulture);
    }

    /// <summary>As a field of a CSV file.</summary>
    public static string Csv(IEnumerable<string> values) => string.Join(',', values.Select(v => v.Contains(',') ? $"\"{v}\"" : v));
}
