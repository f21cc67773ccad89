using System.CommandLine;
using System.Globalization;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm token create</c>: lets a program ask over HTTP.</summary>
internal static class TokenCreateCommand
{
    public static Command Create()
    {
        var options = new AccessOptions();
        var days = new Option<int>("--days")
        {
            Description = "Days until it ends (default: 90)",
            HelpName = "N",
            DefaultValueFactory = _ => 90,
            Validators =
            {
                result =>
                {
                    if (result.Tokens.Count == 1 && !(int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n is >= 1 and <= 3660))
                    {
                        result.AddError($"--days: found '{result.Tokens[0].Value}'. Expected a number of days from 1 to 3660.");
                    }
                },
            },
        };
        return new Command("create", "Let a program ask over HTTP; shows its token once") { options.Name, options.Role, options.Groups, options.Attributes, days }.Does((context, parsed) =>
        {
            var token = AccessOptions.Store(context).AddToken(options.Asker(parsed), TimeSpan.FromDays(parsed.GetValue(days)));
            if (context.Json)
            {
                context.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("token", token);
                    json.WriteEndObject();
                });
            }
            else
            {
                context.Error.WriteLine("Keep it well: it is shown this once and stored nowhere. Send it as 'Authorization: Bearer TOKEN'.");
                context.WriteLine(token);
            }

            return 0;
        });
    }
}
