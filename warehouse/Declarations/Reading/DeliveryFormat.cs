using Crm.Analytics.Warehouse.Declarations.Shapes;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The YAML of deliveries, which stand in a report or in <c>crm.yaml</c>.</summary>
internal static class DeliveryFormat
{
    private static readonly ScalarShape member = ScalarShape.Reference with { What = "a member: cube.measure or dimension.attribute" };

    private static readonly EitherShape addresses = new(ScalarShape.Text, new ListShape(ScalarShape.Text));

    /// <summary>Filters of a question.</summary>
    public static readonly ListShape Where = new(new MapShape("a filter",
    [
        new("member", member, "The member that is filtered.", Required: true),
        new("operator", ScalarShape.Choice("a comparison", "equals", "not_equals", "contains", "not_contains", "starts_with", "ends_with", "gt", "gte", "lt", "lte",
            "set", "not_set", "in_date_range", "not_in_date_range", "before_date", "after_date"), "The comparison; default equals."),
        new("values", new EitherShape(ScalarShape.AnyText, new ListShape(ScalarShape.AnyText)), "What it is compared with: one value, or a list."),
        new("period", ScalarShape.Choice("a period", "latest", "previous", "complete", "previous_complete"),
            "Instead of values: the newest period in the data, the one before it, the newest that is over, the one before that."),
        new("parameter", ScalarShape.Name, "Instead of values: the parameter that gives them; without a value everything passes."),
    ]));

    private static readonly Key[] keys =
    [
        new("formats", new EitherShape(Format(), new ListShape(Format())), "Forms of the files; default html."),
        new("language", ScalarShape.Text, "Language of the texts; default: the project's."),
        new("with", new MapShape("parameters", [], new FreeKeys("a parameter", new EitherShape(ScalarShape.AnyText, new ListShape(ScalarShape.AnyText)))), "Values of the report's parameters."),
        new("folder", ScalarShape.Text, "A folder, relative to the project."),
        new("email", new MapShape("an e-mail",
        [
            new("to", addresses, "Addresses."),
            new("copy", addresses, "Addresses that get a copy."),
            new("subject", ScalarShape.Text, "Subject; {title}, {value} and {date} stand for what they say. Default: the report's title."),
            new("body", ScalarShape.Text, "Text of the mail; as the subject."),
        ]), "E-mail with the files; crm.yaml says through which server."),
        new("webhook", new MapShape("a webhook",
        [
            new("url", ScalarShape.Text, "Where the files go, as JSON; may hold ${NAME}.", Required: true),
            new("secret", ScalarShape.Text, "Key of the signature in the header X-Crm-Signature, as ${NAME}."),
        ])
        { HoldsSecrets = true }, "A web address that is told."),
        new("burst", new MapShape("a burst",
        [
            new("by", member, "The dimension: one report for each of its members, with that member's rows alone.", Required: true),
            new("to", new MapShape("recipients", [], new FreeKeys("a member", addresses, AnyName: true)), "Its members with their addresses; default: every member in the data."),
        ]), "One report for each recipient."),
        new("only_if", new MapShape("a condition",
        [
            new("measure", member, "The measure.", Required: true),
            new("where", Where, "Only what meets these filters counts."),
            new("over", member, "The time dimension of its history; the newest period that is over counts. Without it: over everything."),
            new("above", ScalarShape.Text, "Above this number."),
            new("below", ScalarShape.Text, "Below this number."),
            new("rises_by", ScalarShape.Text, "Up on the period before by at least this share, as 10%."),
            new("falls_by", ScalarShape.Text, "Down on the period before by at least this share, as 10%."),
            new("unusual", ScalarShape.Text, "Away from the median of its own history by more than so many deviations; 3.5 is usual."),
            new("again", ScalarShape.Choice("how often", "until_resolved", "always"), "until_resolved (default): once, then not again before it held no more; always: each time."),
        ]), "Deliver only when this holds."),
        new("wait_for", new MapShape("what it waits for",
        [
            new("load", ScalarShape.Choice("a load", "today"), "today: data that was loaded today.", Required: true),
            new("until", ScalarShape.Text, "Time of day, as \"09:30\", from which it goes without it and says so; default: never."),
        ]), "Do not deliver before this is there."),
    ];

    /// <summary>A delivery of the report that it stands in.</summary>
    public static readonly MapShape Shape = new("a delivery", keys) { HoldsSecrets = true };

    /// <summary>A delivery that stands in <c>crm.yaml</c> and names its report.</summary>
    public static readonly MapShape ShapeWithReport = new("a delivery", [new("report", ScalarShape.Reference, "The report.", Required: true), .. keys]) { HoldsSecrets = true };

    /// <summary>The server that mail goes through.</summary>
    public static readonly MapShape Mail = new("the mail settings",
    [
        new("server", ScalarShape.Text, "Host name of the SMTP server.", Required: true),
        new("port", ScalarShape.Integer(1, 65_535), "Its port; default 587."),
        new("security", ScalarShape.Choice("a security", "starttls", "none"), "starttls (default): nothing is sent before the connection is encrypted; none: for a server on this machine."),
        new("user", ScalarShape.Text, "User name; default: none."),
        new("password", ScalarShape.Text, "Password, as ${NAME}."),
        new("from", ScalarShape.Text, "Address that mail comes from.", Required: true),
    ])
    { HoldsSecrets = true };

    private static ScalarShape Format() => ScalarShape.Choice("a format", "html", "pdf", "png", "svg", "xlsx", "csv", "json", "parquet");
}
