using System.Data;
using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Crm.Analytics.Warehouse.Engines.ClickHouse;

/// <summary>A row of a cluster's answer: string, long, decimal, double, bool, DateOnly, DateTime, BigInteger or null. Valid until the next row.</summary>
/// <param name="names">The columns' names.</param>
/// <param name="types">Their types, as ClickHouse spells them.</param>
internal sealed class ClusterRecord(IReadOnlyList<string> names, IReadOnlyList<string> types) : IDataRecord
{
    private readonly string[] _kinds = [.. types.Select(Kind)];
    private readonly object?[] _values = new object?[types.Count];

    public int FieldCount => _values.Length;

    public object this[int i] => GetValue(i);

    public object this[string name] => GetValue(GetOrdinal(name));

    /// <summary>The record with the values of a row.</summary>
    public ClusterRecord Of(JsonElement row)
    {
        for (var i = 0; i < _values.Length; i++)
            _values[i] = Value(row[i], _kinds[i]);
        return this;
    }

    public object GetValue(int i) => _values[i] ?? DBNull.Value;

    public bool IsDBNull(int i) => _values[i] is null;

    public string GetName(int i) => names[i];

    public int GetOrdinal(string name) => names.ToList().IndexOf(name);

    public string GetDataTypeName(int i) => types[i];

    public Type GetFieldType(int i) => _values[i]?.GetType() ?? typeof(object);

    public int GetValues(object[] values)
    {
        for (var i = 0; i < _values.Length; i++)
            values[i] = GetValue(i);
        return _values.Length;
    }

    public string GetString(int i) => (string)GetValue(i);

    public bool GetBoolean(int i) => (bool)GetValue(i);

    public short GetInt16(int i) => Convert.ToInt16(GetValue(i), CultureInfo.InvariantCulture);

    public int GetInt32(int i) => Convert.ToInt32(GetValue(i), CultureInfo.InvariantCulture);

    public long GetInt64(int i) => Convert.ToInt64(GetValue(i), CultureInfo.InvariantCulture);

    public float GetFloat(int i) => Convert.ToSingle(GetValue(i), CultureInfo.InvariantCulture);

    public double GetDouble(int i) => Convert.ToDouble(GetValue(i), CultureInfo.InvariantCulture);

    public decimal GetDecimal(int i) => Convert.ToDecimal(GetValue(i), CultureInfo.InvariantCulture);

    public DateTime GetDateTime(int i) => GetValue(i) is DateOnly day ? day.ToDateTime(TimeOnly.MinValue) : (DateTime)GetValue(i);

    public byte GetByte(int i) => Convert.ToByte(GetValue(i), CultureInfo.InvariantCulture);

    public char GetChar(int i) => throw Unkept();

    public Guid GetGuid(int i) => throw Unkept();

    public long GetBytes(int i, long fieldOffset, byte[]? buffer, int bufferoffset, int length) => throw Unkept();

    public long GetChars(int i, long fieldoffset, char[]? buffer, int bufferoffset, int length) => throw Unkept();

    public IDataReader GetData(int i) => throw Unkept();

    private static NotSupportedException Unkept() => new("The star has no columns of this type.");

    /// <summary>The type without what wraps it and without its arguments.</summary>
    private static string Kind(string type)
    {
        foreach (var wrapper in new[] { "Nullable(", "LowCardinality(", "Nullable(" })
        {
            if (type.StartsWith(wrapper, StringComparison.Ordinal))
                type = type[wrapper.Length..^1];
        }

        return type.Split('(')[0];
    }

    private static object? Value(JsonElement value, string kind)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        return kind switch
        {
            "String" or "FixedString" or "Enum8" or "Enum16" => value.GetString(),
            "Bool" => value.GetBoolean(),
            "Float64" or "Float32" => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : Denormal(value.GetString()!),
            "Decimal" => Exact(value.GetString()!),
            "Date" or "Date32" => DateOnly.ParseExact(value.GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture),
            "DateTime" or "DateTime64" => DateTime.ParseExact(value.GetString()!, "yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
            _ when value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var whole) => whole,
            _ => BigInteger.Parse(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText(), CultureInfo.InvariantCulture),
        };
    }

    private static double Denormal(string text) => text switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.NaN,
    };

    // More digits than a decimal holds: what is left of them is a double, as the warehouse has it.
    private static object Exact(string text) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var exact)
        ? exact : double.Parse(text, CultureInfo.InvariantCulture);
}
