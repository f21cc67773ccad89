using System.Text.Json.Serialization;

namespace Crm.Analytics.Host.Serving;

/// <summary>A command on its way to the process that has the warehouse open.</summary>
/// <param name="Arguments">As given.</param>
/// <param name="Folder">Full path of the folder it was given in.</param>
/// <param name="Redirected">True when a program reads its answer.</param>
[method: JsonConstructor]
internal sealed record CommandRequest(
    [property: JsonRequired] IReadOnlyList<string> Arguments, [property: JsonRequired] string Folder, [property: JsonRequired] bool Redirected);
