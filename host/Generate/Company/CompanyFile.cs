using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Generate.Company;

/// <summary>A file that a source system would write.</summary>
/// <param name="Sql">The statements.</param>
/// <param name="Part">The one that writes it.</param>
/// <param name="Path">Where, in the project's folder, without what follows its name.</param>
internal sealed record CompanyFile(SqlFile Sql, string Part, string Path);
