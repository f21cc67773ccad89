using System.Collections;
using System.Text;
using DuckDB.NET.Native;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>Texts as UTF-8, and blobs.</summary>
internal sealed unsafe class TextWriter : VectorWriter
{
    private const int OnStack = 1024;

    protected override void Value(object value, int row)
    {
        if (value is byte[] blob)
        {
            Assign(blob, row);
            return;
        }

        var text = value as string ?? Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "";
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        Span<byte> buffer = most <= OnStack ? stackalloc byte[OnStack] : new byte[most];
        Assign(buffer[..Encoding.UTF8.GetBytes(text, buffer)], row);
    }

    private void Assign(ReadOnlySpan<byte> bytes, int row)
    {
        fixed (byte* first = bytes)
            NativeMethods.Vectors.DuckDBVectorAssignStringElementLength(Vector, (ulong)row, first, bytes.Length);
    }
}

/// <summary>Lists: offsets here, the elements one after another in the child vector.</summary>
internal sealed unsafe class ListWriter : VectorWriter
{
    private readonly DuckDBLogicalType _elementType;
    private readonly VectorWriter _element;
    private int _capacity;
    private int _used;

    public ListWriter(DuckDBLogicalType type)
    {
        _elementType = NativeMethods.LogicalType.DuckDBListTypeChildType(type);
        _element = For(_elementType);
    }

    public override void Bind(IntPtr vector)
    {
        base.Bind(vector);
        _used = 0;
        _capacity = 0;
    }

    public override void Dispose()
    {
        _element.Dispose();
        _elementType.Dispose();
    }

    protected override void Value(object value, int row)
    {
        if (value is string or not IEnumerable)
            throw new InvalidCastException("a list takes an array or a list");

        var start = _used;
        foreach (var element in (IEnumerable)value)
        {
            Reserve();
            _element.Write(element, _used++);
        }

        ((DuckDBListEntry*)Data)[row] = new DuckDBListEntry((ulong)start, (ulong)(_used - start));
        NativeMethods.Vectors.DuckDBListVectorSetSize(Vector, (ulong)_used);
    }

    protected override void Null(int row)
    {
        base.Null(row);
        ((DuckDBListEntry*)Data)[row] = default;
    }

    // Growing may move the child's values, so its writer turns to them anew.
    private void Reserve()
    {
        if (_used < _capacity)
            return;

        _capacity = Math.Max(2048, _capacity * 2);
        NativeMethods.Vectors.DuckDBListVectorReserve(Vector, (ulong)_capacity);
        _element.Bind(NativeMethods.Vectors.DuckDBListVectorGetChild(Vector));
    }
}

/// <summary>Structs from dictionaries of field names; a field that is not there is NULL.</summary>
internal sealed class StructWriter : VectorWriter
{
    private readonly (string Name, DuckDBLogicalType Type, VectorWriter Writer)[] _fields;

    public StructWriter(DuckDBLogicalType type)
    {
        _fields = new (string, DuckDBLogicalType, VectorWriter)[NativeMethods.LogicalType.DuckDBStructTypeChildCount(type)];
        for (var index = 0; index < _fields.Length; index++)
        {
            var field = NativeMethods.LogicalType.DuckDBStructTypeChildType(type, index);
            _fields[index] = (NativeMethods.LogicalType.DuckDBStructTypeChildName(type, index), field, For(field));
        }
    }

    public override void Bind(IntPtr vector)
    {
        base.Bind(vector);
        for (var index = 0; index < _fields.Length; index++)
            _fields[index].Writer.Bind(NativeMethods.Vectors.DuckDBStructVectorGetChild(vector, index));
    }

    public override void Dispose()
    {
        foreach (var field in _fields)
        {
            field.Writer.Dispose();
            field.Type.Dispose();
        }
    }

    protected override void Value(object value, int row)
    {
        var fields = value as IDictionary ?? throw new InvalidCastException("a struct takes a dictionary of its fields");
        foreach (var field in _fields)
            field.Writer.Write(fields.Contains(field.Name) ? fields[field.Name] : null, row);
    }

    protected override void Null(int row)
    {
        base.Null(row);
        foreach (var field in _fields)
            field.Writer.Write(null, row);
    }
}

/// <summary>Maps: lists of a struct of key and value.</summary>
internal sealed unsafe class MapWriter : VectorWriter
{
    private readonly DuckDBLogicalType _keyType;
    private readonly DuckDBLogicalType _valueType;
    private readonly VectorWriter _key;
    private readonly VectorWriter _value;
    private int _capacity;
    private int _used;

    public MapWriter(DuckDBLogicalType type)
    {
        _keyType = NativeMethods.LogicalType.DuckDBMapTypeKeyType(type);
        _valueType = NativeMethods.LogicalType.DuckDBMapTypeValueType(type);
        _key = For(_keyType);
        _value = For(_valueType);
    }

    public override void Bind(IntPtr vector)
    {
        base.Bind(vector);
        _used = 0;
        _capacity = 0;
    }

    public override void Dispose()
    {
        _key.Dispose();
        _value.Dispose();
        _keyType.Dispose();
        _valueType.Dispose();
    }

    protected override void Value(object value, int row)
    {
        var entries = value as IDictionary ?? throw new InvalidCastException("a map takes a dictionary");
        var start = _used;
        foreach (DictionaryEntry entry in entries)
        {
            Reserve();
            _key.Write(entry.Key, _used);
            _value.Write(entry.Value, _used++);
        }

        ((DuckDBListEntry*)Data)[row] = new DuckDBListEntry((ulong)start, (ulong)(_used - start));
        NativeMethods.Vectors.DuckDBListVectorSetSize(Vector, (ulong)_used);
    }

    protected override void Null(int row)
    {
        base.Null(row);
        ((DuckDBListEntry*)Data)[row] = default;
    }

    private void Reserve()
    {
        if (_used < _capacity)
            return;

        _capacity = Math.Max(2048, _capacity * 2);
        NativeMethods.Vectors.DuckDBListVectorReserve(Vector, (ulong)_capacity);
        var entries = NativeMethods.Vectors.DuckDBListVectorGetChild(Vector);
        _key.Bind(NativeMethods.Vectors.DuckDBStructVectorGetChild(entries, 0));
        _value.Bind(NativeMethods.Vectors.DuckDBStructVectorGetChild(entries, 1));
    }
}
