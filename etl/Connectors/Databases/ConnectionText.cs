using System.Data.Common;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Etl.Connectors.Databases;

/// <summary>Reads connection strings and lets only known options through: others could read files of this machine, or load code.</summary>
internal static class ConnectionText
{
    /// <summary>Puts the options of a connection string into a provider's builder.</summary>
    /// <param name="built">The builder.</param>
    /// <param name="said">What the connection string says.</param>
    /// <param name="allowed">The options that may stand there, by the names people write, and the builder's key of each.</param>
    /// <param name="where">The source; errors name it and no value.</param>
    /// <exception cref="CrmException">An option is not known, or its value not valid.</exception>
    public static void Into(DbConnectionStringBuilder built, DbConnectionStringBuilder said, (string[] Names, string Key)[] allowed, string where)
    {
        foreach (string name in said.Keys)
        {
            var key = Array.Find(allowed, a => a.Names.Contains(name.ToLowerInvariant())).Key ?? throw new CrmException(
                FailureKind.CheckFailed, $"option '{name}' in the connection string", where,
                $"only {string.Join(", ", allowed.Select(a => a.Key))}", "Remove it from the secret");
            try
            {
                built[key] = said[name];
            }
            catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException or KeyNotFoundException)
            {
                throw new CrmException(
                    FailureKind.CheckFailed, $"a value of option '{name}' in the connection string that cannot be read", where, "a value as the database takes it",
                    "Correct it in the secret");
            }
        }
    }

    /// <summary>An address as <c>postgres://user:password@host:port/database?sslmode=require</c>.</summary>
    /// <exception cref="UriFormatException">It is no address.</exception>
    public static DbConnectionStringBuilder OfAddress(string text)
    {
        var address = new Uri(text);
        var said = new DbConnectionStringBuilder { ["host"] = address.Host };
        if (address.Port > 0)
        {
            said["port"] = address.Port;
        }

        if (address.AbsolutePath.Length > 1)
        {
            said["database"] = Uri.UnescapeDataString(address.AbsolutePath[1..]);
        }

        var user = address.UserInfo.Split(':', 2);
        foreach (var (name, value) in user.Zip(["username", "password"], (value, name) => (name, value)).Where(p => p.value.Length > 0))
        {
            said[name] = Uri.UnescapeDataString(value);
        }

        foreach (var option in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = option.Split('=', 2);
            var value = Uri.UnescapeDataString(parts.Length > 1 ? parts[1] : "");
            said[Uri.UnescapeDataString(parts[0])] = parts[0] == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }

        return said;
    }

    /// <summary>The error for a connection string that is none; it does not show the text.</summary>
    public static CrmException NotReadable(string where) => new(
        FailureKind.CheckFailed, "a connection string that cannot be read", where, "Host=…;Database=…;Username=…;Password=…, or an address", "Correct the secret");
}
