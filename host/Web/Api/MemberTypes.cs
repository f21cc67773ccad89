using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>Names of types in Cube's REST format.</summary>
internal static class MemberTypes
{
    /// <summary>The name of a type.</summary>
    public static string Of(ColumnType type) => type.Kind switch
    {
        TypeKind.Text => "string",
        TypeKind.Boolean => "boolean",
        TypeKind.Date or TypeKind.Timestamp => "time",
        _ => "number",
    };
}
