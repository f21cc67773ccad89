using System.Data;
using System.Globalization;
using System.Numerics;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Reads the engine's rows as typed values: string, long, decimal, double, bool, DateOnly, DateTime or null.</summary>
internal sealed class RowValues
{
    private readonly TypeKind[] _kinds;
    private readonly bool _hasLevel;

    public RowValues(CubePlan plan)
    {
        _kinds = [.. plan.Dimensions.Select(d => d.Type.Kind), .. plan.Measures.Select(m => m.Type.Kind)];
        _hasLevel = plan.Totals != Totals.None;
    }

    /// <summary>The row the record stands on.</summary>
    public ResultRow Row(IDataRecord record)
    {
        var values = new object?[_kinds.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = record.IsDBNull(i) ? null : Typed(record.GetValue(i), _kinds[i]);
        return new ResultRow(values, _hasLevel ? Convert.ToInt32(record.GetValue(values.Length), CultureInfo.InvariantCulture) : 0);
    }

    /// <summary>An engine's value as an answer has it.</summary>
    public static object Typed(object value, TypeKind kind) => value switch
    {
        long when kind == TypeKind.Integer => value,
        BigInteger big => Number(big, kind),
        sbyte or byte or short or ushort or int or uint or long or ulong => Number(Convert.ToDecimal(value, CultureInfo.InvariantCulture), kind),
        decimal exact => kind == TypeKind.Double ? (double)exact : exact,
        float or double when kind == TypeKind.Decimal => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        float narrow => (double)narrow,
        DateTime moment when kind == TypeKind.Date => DateOnly.FromDateTime(moment),
        DateOnly day when kind == TypeKind.Timestamp => day.ToDateTime(TimeOnly.MinValue),
        _ => value,
    };

    /// <summary>Sums of whole numbers come wider than 64 bits; those that are keep their value as a decimal or, beyond that, as a double.</summary>
    private static object Number(BigInteger big, TypeKind kind)
        => BigInteger.Abs(big) <= new BigInteger(decimal.MaxValue) ? Number((decimal)big, kind) : (double)big;

    private static object Number(decimal whole, TypeKind kind) => kind switch
    {
        TypeKind.Decimal => whole,
        TypeKind.Double => (double)whole,
        _ => whole is >= long.MinValue and <= long.MaxValue ? (object)(long)whole : whole,
    };
}
