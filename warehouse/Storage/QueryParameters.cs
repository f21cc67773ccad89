using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using DuckDB.NET.Data;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>Hands the values of an object's properties, or of a dictionary, to a command as its named parameters.</summary>
internal static class QueryParameters
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Properties = new();

    public static void Add(DuckDBCommand command, object? parameters)
    {
        if (parameters is null)
            return;

        foreach (var (name, value) in Entries(parameters))
            command.Parameters.Add(new DuckDBParameter(name, Bindable(value)));
    }

    private static IEnumerable<(string Name, object? Value)> Entries(object parameters) => parameters switch
    {
        IEnumerable<KeyValuePair<string, object?>> entries => entries.Select(entry => (entry.Key, entry.Value)),
        _ => Properties.GetOrAdd(parameters.GetType(), type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Select(property => (property.Name, property.GetValue(parameters))),
    };

    // The provider binds values and lists; maps and structs go as JSON text, which DuckDB casts.
    private static object Bindable(object? value) => value switch
    {
        null => DBNull.Value,
        char character => character.ToString(),
        IDictionary map => JsonSerializer.Serialize(map),
        _ when IsStructure(value.GetType()) => JsonSerializer.Serialize(value, value.GetType()),
        _ => value,
    };

    private static bool IsStructure(Type type)
        => type.Namespace?.StartsWith("System", StringComparison.Ordinal) != true
            && !type.IsEnum && !type.IsArray && type.Assembly != typeof(DuckDBParameter).Assembly
            && type.Namespace != "DuckDB.NET.Native";
}
