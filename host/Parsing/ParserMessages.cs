using System.Text.Json;
using System.Text.Json.Serialization;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Parsing;

/// <summary>What a parser is asked to do.</summary>
/// <param name="Connector">The connector.</param>
/// <param name="ProjectFolder">Full path of the project folder.</param>
/// <param name="Source">The source, without its maps and rules.</param>
/// <param name="Stream">The stream; null to look for streams.</param>
/// <param name="Found">What to extract; null to tell the columns.</param>
/// <param name="Target">Where to write what is extracted.</param>
/// <param name="Now">What time it is.</param>
internal sealed record ParserRequest(string Connector, string ProjectFolder, Source Source, SourceStream? Stream, Discovery? Found, ExtractTarget? Target, DateTimeOffset Now)
{
    /// <summary>How requests and answers are written.</summary>
    public static JsonSerializerOptions Json { get; } = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
}

/// <summary>What a parser answers: one of these.</summary>
/// <param name="Batch">What was extracted.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Streams">The streams.</param>
/// <param name="Error">Why there is none.</param>
internal sealed record ParserAnswer(LandedBatch? Batch, IReadOnlyList<LandedColumn>? Columns, IReadOnlyList<FoundStream>? Streams, ParserError? Error);

/// <summary>An error on its way from one process to another.</summary>
/// <param name="Kind">How the command ends.</param>
/// <param name="Found">What was found.</param>
/// <param name="Where">Where.</param>
/// <param name="Expected">What was expected.</param>
/// <param name="Next">What to do next.</param>
internal sealed record ParserError(FailureKind Kind, string Found, string Where, string Expected, string Next)
{
    /// <summary>The error of an exception.</summary>
    public static ParserError Of(Exception error, string where) => error is CrmException crm
        ? new(crm.Kind, crm.Found, crm.Where, crm.Expected, crm.Next)
        : new(FailureKind.Failed, error.Message.TrimEnd('.', '\n'), where, "files that can be read", "Look at the newest files of the stream");

    /// <summary>As an exception again.</summary>
    public CrmException Thrown() => new(Kind, Found, Where, Expected, Next);
}
