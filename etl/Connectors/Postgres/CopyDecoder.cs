using System.Buffers.Binary;
using System.Globalization;
using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Postgres;

/// <summary>
/// Decodes PostgreSQL's binary COPY (documented with COPY, "Binary Format") from the bytes as they come into typed columns. Days and moments count from
/// 2000-01-01 there and from 1970-01-01 here.
/// </summary>
internal sealed class CopyDecoder(Stream source, IReadOnlyList<SourceColumn> columns, RowSink rows)
{
    private const int Days = 10957;
    private const long Micros = Days * 86_400_000_000L;
    private const int HeaderBytes = 19;
    private const int Pace = 4096;

    private readonly PostgresForm[] forms = [.. columns.Select(c => (PostgresForm)c.Form)];
    private readonly ColumnWriter[] writers = [.. columns.Select((_, i) => rows[i])];
    private byte[] buffer = new byte[1 << 16];
    private byte[] text = new byte[256];
    private int at;
    private int end;

    /// <summary>Reads to the end.</summary>
    /// <exception cref="IOException">The stream ended before the data did, or is not of this format.</exception>
    public void Run(CancellationToken cancellation)
    {
        Need(HeaderBytes);
        var extension = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(at + 15));
        at += HeaderBytes;
        Need(extension);
        at += extension;
        for (var row = 1; ; row++)
        {
            Need(2);
            var fields = BinaryPrimitives.ReadInt16BigEndian(buffer.AsSpan(at));
            at += 2;
            if (fields < 0)
            {
                return;
            }

            if (fields != forms.Length)
            {
                throw new IOException($"a record of {fields} values, where {forms.Length} were expected");
            }

            Row();
            if (row % Pace == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    private void Row()
    {
        (int Column, string Reason, string Raw)? fault = null;
        for (var i = 0; i < forms.Length; i++)
        {
            Need(4);
            var length = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(at));
            at += 4;
            if (length < 0)
            {
                if (fault is null)
                {
                    writers[i].Null();
                }

                continue;
            }

            Need(length);
            if (fault is null && Value(i, buffer.AsSpan(at, length)) is { } found)
            {
                fault = (i, found.Reason, found.Raw);
            }

            at += length;
        }

        if (fault is { } wrong)
        {
            rows.RejectRow(wrong.Column, columns[wrong.Column].Name, wrong.Reason, wrong.Raw);
        }
        else
        {
            rows.EndRow();
        }
    }

    /// <returns>Why the value cannot be landed; null when it is written.</returns>
    private (string Reason, string Raw)? Value(int i, ReadOnlySpan<byte> value)
    {
        var to = writers[i];
        switch (forms[i])
        {
            case PostgresForm.Int4:
                to.Int(BinaryPrimitives.ReadInt32BigEndian(value));
                return null;
            case PostgresForm.Int8:
                to.Long(BinaryPrimitives.ReadInt64BigEndian(value));
                return null;
            case PostgresForm.Text:
                Text(to, value);
                return null;
            case PostgresForm.Decimal:
                return Decimal(i, value);
            case PostgresForm.Timestamp:
                return Timestamp(i, BinaryPrimitives.ReadInt64BigEndian(value));
            case PostgresForm.Date:
                Date(i, BinaryPrimitives.ReadInt32BigEndian(value));
                return null;
            case PostgresForm.Float8:
                to.Double(BinaryPrimitives.ReadDoubleBigEndian(value));
                return null;
            case PostgresForm.Bool:
                to.Boolean(value[0] != 0);
                return null;
            default:
                Rare(to, forms[i], value);
                return null;
        }
    }

    private void Rare(ColumnWriter to, PostgresForm form, ReadOnlySpan<byte> value)
    {
        switch (form)
        {
            case PostgresForm.Int2:
                to.Short(BinaryPrimitives.ReadInt16BigEndian(value));
                break;
            case PostgresForm.Oid:
                to.Long(BinaryPrimitives.ReadUInt32BigEndian(value));
                break;
            case PostgresForm.Float4:
                to.Float(BinaryPrimitives.ReadSingleBigEndian(value));
                break;
            case PostgresForm.Time:
                to.Time(BinaryPrimitives.ReadInt64BigEndian(value));
                break;
            case PostgresForm.NumericText:
                to.Text(PostgresNumeric.Text(value, ref text));
                break;
            case PostgresForm.PaddedText:
                Text(to, value.TrimEnd((byte)' '));
                break;
            case PostgresForm.Jsonb:
                // A version number of one byte stands before the text.
                Text(to, value[1..]);
                break;
            case PostgresForm.Bytes:
                to.Text(Convert.ToHexStringLower(value));
                break;
            case PostgresForm.Uuid:
                Span<char> id = stackalloc char[36];
                new Guid(value, bigEndian: true).TryFormat(id, out _);
                to.Text(id);
                break;
            default:
                throw new InvalidOperationException($"no decoding for {form}");
        }
    }

    private void Text(ColumnWriter to, ReadOnlySpan<byte> value)
    {
        if (!to.Text(value))
        {
            rows.Warn("bytes that are no UTF-8 were replaced by U+FFFD");
        }
    }

    private (string, string)? Decimal(int i, ReadOnlySpan<byte> value)
    {
        var fits = PostgresNumeric.IsNumber(value) && (PostgresNumeric.TryLong(value, columns[i].Scale, out var small)
            ? writers[i].Decimal(small) : PostgresNumeric.TryHuge(value, columns[i].Scale, out var huge) && writers[i].Decimal(huge));
        return fits ? null : ($"the value has no place in {columns[i].Type}", System.Text.Encoding.ASCII.GetString(PostgresNumeric.Text(value, ref text)));
    }

    private void Date(int i, int days)
    {
        if (days is int.MaxValue or int.MinValue)
        {
            Infinite(i);
        }
        else
        {
            writers[i].Date(days + Days);
        }
    }

    private (string, string)? Timestamp(int i, long micros)
    {
        if (micros is long.MaxValue or long.MinValue)
        {
            Infinite(i);
            return null;
        }

        // The engine's calendar ends some 30 years before the server's.
        if (micros > long.MaxValue - 1 - Micros)
        {
            return ("a moment after the year 294246, the last that can be landed", $"{micros.ToString(CultureInfo.InvariantCulture)} microseconds after 2000-01-01");
        }

        writers[i].Timestamp(micros + Micros);
        return null;
    }

    private void Infinite(int i)
    {
        writers[i].Null();
        rows.Warn($"infinity in {columns[i].Name} is read as NULL");
    }

    /// <summary>Sees that so many bytes stand in the buffer from <see cref="at"/>.</summary>
    private void Need(int bytes)
    {
        if (end - at >= bytes)
        {
            return;
        }

        var left = end - at;
        var target = bytes > buffer.Length ? new byte[Math.Max(bytes, Math.Min(buffer.Length * 2L, Array.MaxLength))] : buffer;
        Buffer.BlockCopy(buffer, at, target, 0, left);
        (buffer, at, end) = (target, 0, left);
        while (end < bytes)
        {
            var read = source.Read(buffer, end, buffer.Length - end);
            if (read == 0)
            {
                throw new IOException("the server's data ended in the middle of a record");
            }

            end += read;
            rows.Bytes += read;
        }
    }
}
