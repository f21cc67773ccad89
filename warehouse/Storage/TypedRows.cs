using System.Globalization;
using System.Numerics;
using System.Reflection;
using Dapper;
using DuckDB.NET.Data;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>Rows of a result as values of a type: single values by the provider, everything else by Dapper.</summary>
internal static class TypedRows
{
    private static readonly HashSet<Type> SingleTypes =
    [
        typeof(Guid), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(DateTimeOffset), typeof(BigInteger), typeof(Int128), typeof(byte[]),
    ];

    public static List<T> Read<T>(DuckDBDataReader reader)
    {
        var target = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        if (!IsSingle(target))
            return Mapped.Read<T>(reader);

        var values = new List<T>();
        while (reader.Read())
            values.Add(Single<T>(reader, target));
        return values;
    }

    private static bool IsSingle(Type type)
        => type.IsEnum || typeof(IConvertible).IsAssignableFrom(type) || SingleTypes.Contains(type) || type.Namespace == "DuckDB.NET.Native"
            || type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(List<>) || type.GetGenericTypeDefinition() == typeof(Dictionary<,>));

    private static T Single<T>(DuckDBDataReader reader, Type target)
    {
        if (reader.IsDBNull(0))
        {
            return default(T) is null
                ? default!
                : throw new InvalidCastException($"Column {reader.GetName(0)} is NULL, which a {target.Name} cannot be; ask for {target.Name}?.");
        }

        if (target.IsEnum)
            return (T)Enum.Parse(target, Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture)!, ignoreCase: true);
        if (target == typeof(byte[]))
            return (T)(object)Bytes(reader.GetStream(0));
        return typeof(IConvertible).IsAssignableFrom(target) ? (T)Converted(reader.GetValue(0), target) : reader.GetFieldValue<T>(0);
    }

    private static object Converted(object value, Type target) => value switch
    {
        _ when value.GetType() == target => value,
        BigInteger number when target == typeof(string) => number.ToString(CultureInfo.InvariantCulture),
        BigInteger number when target == typeof(double) => (double)number,
        BigInteger number => Convert.ChangeType((decimal)number, target, CultureInfo.InvariantCulture),
        DateOnly day when target == typeof(DateTime) => day.ToDateTime(TimeOnly.MinValue),
        IConvertible => Convert.ChangeType(value, target, CultureInfo.InvariantCulture),
        _ when target == typeof(string) => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        _ => throw new InvalidCastException($"A {value.GetType().Name} is no {target.Name}."),
    };

    private static byte[] Bytes(Stream stream)
    {
        using var copy = new MemoryStream();
        using (stream)
            stream.CopyTo(copy);
        return copy.ToArray();
    }

    // Apart, so that a process that only asks for single values does not load Dapper: it would be a good part of a small query's time.
    private static class Mapped
    {
        static Mapped()
        {
            DefaultTypeMap.MatchNamesWithUnderscores = true;
            SqlMapper.TypeMapProvider = type => new TolerantTypeMap(type);
        }

        public static List<T> Read<T>(DuckDBDataReader reader)
            => typeof(T) == typeof(object) ? [.. reader.Parse().Cast<T>()] : [.. reader.Parse<T>()];
    }

    /// <summary>Dapper asks a record's constructor for exactly the columns' types; the engine's widths are not the reader's concern.</summary>
    private sealed class TolerantTypeMap(Type type) : SqlMapper.ITypeMap
    {
        private readonly DefaultTypeMap _default = new(type);

        public ConstructorInfo? FindConstructor(string[] names, Type[] types)
            => _default.FindConstructor(names, types) ?? Array.Find(type.GetConstructors(), constructor => Fits(constructor, names));

        public ConstructorInfo? FindExplicitConstructor() => _default.FindExplicitConstructor();

        public SqlMapper.IMemberMap? GetConstructorParameter(ConstructorInfo constructor, string columnName)
            => _default.GetConstructorParameter(constructor, columnName);

        public SqlMapper.IMemberMap? GetMember(string columnName) => _default.GetMember(columnName);

        private static bool Fits(ConstructorInfo constructor, string[] names)
            => constructor.GetParameters() is var parameters && parameters.Length == names.Length
                && parameters.Zip(names).All(pair => string.Equals(
                    pair.First.Name, pair.Second.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));
    }
}
