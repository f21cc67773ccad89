using System.Data.Common;
using System.Globalization;
using System.Numerics;
using Crm.Analytics.Etl.Connectors.Databases;

namespace Crm.Analytics.Etl.Connectors.SqlServer;

/// <summary>Writes the record that a reader stands on, column by column in their order, without boxing.</summary>
internal sealed class SqlServerRow(DbDataReader reader, IReadOnlyList<SourceColumn> columns, RowSink rows)
{
    private static readonly int epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    public void Write()
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (reader.IsDBNull(i))
            {
                rows[i].Null();
            }
            else if (Value(i) is { } raw)
            {
                rows.RejectRow(i, columns[i].Name, $"the value has no place in {columns[i].Type}", raw);
                return;
            }
        }

        rows.EndRow();
    }

    /// <returns>The text of a value that cannot be landed; null when it is written.</returns>
    private string? Value(int i)
    {
        var to = rows[i];
        switch ((SqlServerForm)columns[i].Form)
        {
            case SqlServerForm.Bool:
                to.Boolean(reader.GetBoolean(i));
                return null;
            case SqlServerForm.Int1:
                to.Short(reader.GetByte(i));
                return null;
            case SqlServerForm.Int2:
                to.Short(reader.GetInt16(i));
                return null;
            case SqlServerForm.Int4:
                to.Int(reader.GetInt32(i));
                return null;
            case SqlServerForm.Int8 or SqlServerForm.RowVersion:
                to.Long(reader.GetInt64(i));
                return null;
            case SqlServerForm.Float4:
                to.Float(reader.GetFloat(i));
                return null;
            case SqlServerForm.Float8:
                to.Double(reader.GetDouble(i));
                return null;
            case SqlServerForm.Decimal:
                return Decimal(i, reader.GetDecimal(i));
            case SqlServerForm.WideDecimal:
                return Wide(i, reader.GetString(i));
            default:
                Other(i, (SqlServerForm)columns[i].Form);
                return null;
        }
    }

    private void Other(int i, SqlServerForm form)
    {
        var to = rows[i];
        switch (form)
        {
            case SqlServerForm.Date:
                to.Date(DateOnly.FromDateTime(reader.GetDateTime(i)).DayNumber - epoch);
                break;
            case SqlServerForm.Time:
                to.Time(reader.GetFieldValue<TimeSpan>(i).Ticks / TimeSpan.TicksPerMicrosecond);
                break;
            case SqlServerForm.Timestamp:
                to.Timestamp(Micros(reader.GetDateTime(i).Ticks));
                break;
            case SqlServerForm.TimestampTz:
                to.Timestamp(Micros(reader.GetFieldValue<DateTimeOffset>(i).UtcTicks));
                break;
            case SqlServerForm.Uuid:
                Span<char> id = stackalloc char[36];
                reader.GetGuid(i).TryFormat(id, out _);
                to.Text(id);
                break;
            case SqlServerForm.Bytes:
                to.Text(Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(i)));
                break;
            case SqlServerForm.PaddedText:
                to.Text(reader.GetString(i).AsSpan().TrimEnd(' '));
                break;
            default:
                to.Text(reader.GetString(i).AsSpan());
                break;
        }
    }

    private string? Decimal(int i, decimal value)
    {
        // GetBits: 96 bits of the number, then its scale and sign.
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        Int128 unscaled = new((ulong)(uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
        for (var places = (bits[3] >> 16) & 0xFF; places < columns[i].Scale; places++)
        {
            unscaled *= 10;
        }

        for (var places = (bits[3] >> 16) & 0xFF; places > columns[i].Scale; places--)
        {
            var (rest, digit) = Int128.DivRem(unscaled, 10);
            if (digit != 0)
            {
                return value.ToString(CultureInfo.InvariantCulture);
            }

            unscaled = rest;
        }

        return rows[i].Decimal(bits[3] < 0 ? -unscaled : unscaled) ? null : value.ToString(CultureInfo.InvariantCulture);
    }

    private string? Wide(int i, string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var places = point < 0 ? 0 : text.Length - point - 1;
        var digits = text.Replace(".", "", StringComparison.Ordinal);
        return places <= columns[i].Scale && BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && rows[i].Decimal((Int128)(number * BigInteger.Pow(10, columns[i].Scale - places))) ? null : text;
    }

    /// <summary>Beyond microseconds is cut, not rounded: a mark must not stand above its record.</summary>
    private static long Micros(long ticks) =>
        (ticks - DateTime.UnixEpoch.Ticks) is var since && since < 0 && since % TimeSpan.TicksPerMicrosecond != 0
            ? (since / TimeSpan.TicksPerMicrosecond) - 1 : since / TimeSpan.TicksPerMicrosecond;
}
