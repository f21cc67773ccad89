using System.Data;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>The row of a chunk that a kept statement stands on. It is read by <see cref="IsDBNull"/> and <see cref="GetValue"/>; nothing asks for more.</summary>
/// <param name="columns">The columns.</param>
internal sealed class ChunkRecord(ColumnReader[] columns) : IDataRecord
{
    private int _row;

    /// <inheritdoc/>
    public int FieldCount => columns.Length;

    /// <inheritdoc/>
    public object this[int i] => GetValue(i);

    /// <inheritdoc/>
    public object this[string name] => throw Unread();

    /// <summary>Goes to a row of the chunk.</summary>
    public void MoveTo(int row) => _row = row;

    /// <inheritdoc/>
    public bool IsDBNull(int i) => columns[i].IsNull(_row);

    /// <inheritdoc/>
    public object GetValue(int i) => columns[i].IsNull(_row) ? DBNull.Value : columns[i].Value(_row);

    /// <inheritdoc/>
    public int GetValues(object[] values)
    {
        var count = Math.Min(values.Length, columns.Length);
        for (var i = 0; i < count; i++)
            values[i] = GetValue(i);
        return count;
    }

    /// <inheritdoc/>
    public string GetString(int i) => (string)columns[i].Value(_row);

    /// <inheritdoc/>
    public bool GetBoolean(int i) => (bool)columns[i].Value(_row);

    /// <inheritdoc/>
    public int GetInt32(int i) => (int)columns[i].Value(_row);

    /// <inheritdoc/>
    public long GetInt64(int i) => (long)columns[i].Value(_row);

    /// <inheritdoc/>
    public double GetDouble(int i) => (double)columns[i].Value(_row);

    /// <inheritdoc/>
    public decimal GetDecimal(int i) => (decimal)columns[i].Value(_row);

    /// <inheritdoc/>
    public DateTime GetDateTime(int i) => (DateTime)columns[i].Value(_row);

    /// <inheritdoc/>
    public byte GetByte(int i) => throw Unread();

    /// <inheritdoc/>
    public long GetBytes(int i, long fieldOffset, byte[]? buffer, int bufferoffset, int length) => throw Unread();

    /// <inheritdoc/>
    public char GetChar(int i) => throw Unread();

    /// <inheritdoc/>
    public long GetChars(int i, long fieldoffset, char[]? buffer, int bufferoffset, int length) => throw Unread();

    /// <inheritdoc/>
    public IDataReader GetData(int i) => throw Unread();

    /// <inheritdoc/>
    public string GetDataTypeName(int i) => throw Unread();

    /// <inheritdoc/>
    public Type GetFieldType(int i) => throw Unread();

    /// <inheritdoc/>
    public float GetFloat(int i) => throw Unread();

    /// <inheritdoc/>
    public Guid GetGuid(int i) => throw Unread();

    /// <inheritdoc/>
    public short GetInt16(int i) => throw Unread();

    /// <inheritdoc/>
    public string GetName(int i) => throw Unread();

    /// <inheritdoc/>
    public int GetOrdinal(string name) => throw Unread();

    private static NotSupportedException Unread() => new("a row of a kept statement is read by position, as the value it is");
}
