namespace Crm.Analytics.Host.Security;

/// <summary>What somebody may do; each role may do what those before it may.</summary>
internal enum AccessRole
{
    /// <summary>Looks at reports and asks questions.</summary>
    Viewer = 1,

    /// <summary>Also sees the statements behind answers, drills to source lines and exports.</summary>
    Analyst = 2,

    /// <summary>Also runs loads and jobs.</summary>
    Engineer = 3,

    /// <summary>Also lets others in; no access policy narrows what they see.</summary>
    Administrator = 4,
}
