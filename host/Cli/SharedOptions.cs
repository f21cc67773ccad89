using System.CommandLine;
using System.Globalization;

namespace Crm.Analytics.Host.Cli;

/// <summary>The options that every command has.</summary>
internal static class SharedOptions
{
    public static Option<string?> Project { get; } = new("--project")
    {
        Description = "Project folder (default: here)",
        HelpName = "DIR",
        Recursive = true,
    };

    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "One JSON document on standard output; all else goes to standard error",
        Recursive = true,
    };

    public static Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Show the stack of an error",
        Recursive = true,
    };

    /// <summary>Of commands whose answers leave the program: values as they are, although the project shows pseudonyms. The audit log tells of it.</summary>
    public static Option<bool> Plain() => new("--plain") { Description = "Show who persons are, although privacy.exports in crm.yaml says pseudonyms; the audit log tells of it" };

    public static Option<double?> Wait { get; } = new("--wait")
    {
        Description = "Seconds to wait while another crm holds the warehouse (default: 60)",
        HelpName = "SECONDS",
        Recursive = true,
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= 86_400)
            {
                return seconds;
            }

            result.AddError($"--wait: found '{text}'. Expected a number of seconds from 0 to 86400.");
            return null;
        },
    };
}
