using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Serving;

/// <summary>A warehouse that no run has published to yet.</summary>
internal sealed class NothingLoadedException(string path)
    : CrmException(FailureKind.Failed, "nothing is loaded yet", path, "the warehouse that a run makes", "Run `crm run` first");
