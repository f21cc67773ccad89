using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Which members somebody may know of.</summary>
public static class CubeVisibility
{
    /// <summary>True when the asker may name the member of the cube.</summary>
    /// <param name="cube">The cube.</param>
    /// <param name="member">The member with the cube's name, e.g. <c>sales.revenue</c>.</param>
    /// <param name="asker">Who asks; null for the owner of the warehouse.</param>
    public static bool Sees(Cube cube, string member, SecurityContext? asker) => CubeAccess.Of(cube, asker) is not { } access || access.Sees(member);

    /// <summary>True when the asker may see the values of the member.</summary>
    /// <param name="cube">The cube.</param>
    /// <param name="member">The member with the cube's name.</param>
    /// <param name="asker">Who asks; null for the owner of the warehouse.</param>
    public static bool Reads(Cube cube, string member, SecurityContext? asker)
        => CubeAccess.Of(cube, asker) is not { } access || (access.Sees(member) && !access.Masks(member));
}
