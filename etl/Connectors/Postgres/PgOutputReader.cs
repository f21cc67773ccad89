using System.Buffers.Binary;
using System.Text;

namespace Crm.Analytics.Etl.Connectors.Postgres;

/// <summary>Reads the messages of pgoutput, protocol 1 (PostgreSQL's documentation, "Logical Replication Message Formats").</summary>
internal sealed class PgOutputReader : IChangeReader
{
    private readonly Dictionary<uint, Relation> relations = [];
    private byte[] data = [];
    private int at;

    public string PeekPart => "peek pgoutput";

    public IEnumerable<ChangeRecord> Read(object message)
    {
        (data, at) = ((byte[])message, 1);
        switch ((char)data[0])
        {
            case 'B':
                return [new(ChangeKind.Begin, "", null, null)];
            case 'C':
                return [new(ChangeKind.Commit, "", null, null)];
            case 'R':
                ReadRelation();
                return [];
            case 'I':
                return [Insert()];
            case 'U':
                return [Update()];
            case 'D':
                return [Delete()];
            case 'T':
                return Truncate();
            default:
                // Origins, types and messages say nothing about records.
                return [];
        }
    }

    private ChangeRecord Insert()
    {
        var relation = relations[UInt()];
        at++;
        return new(ChangeKind.Insert, relation.Name, null, Tuple(relation, isKey: false));
    }

    private ChangeRecord Update()
    {
        var relation = relations[UInt()];
        var kind = (char)data[at++];
        var old = kind is 'K' or 'O' ? Tuple(relation, kind == 'K') : null;
        if (old is not null)
        {
            at++;
        }

        return new(ChangeKind.Update, relation.Name, old, Tuple(relation, isKey: false));
    }

    private ChangeRecord Delete()
    {
        var relation = relations[UInt()];
        var isKey = data[at++] == 'K';
        return new(ChangeKind.Delete, relation.Name, Tuple(relation, isKey), null);
    }

    private List<ChangeRecord> Truncate()
    {
        var count = UInt();
        at++;
        var gone = new List<ChangeRecord>();
        for (var i = 0; i < count; i++)
        {
            gone.Add(new(ChangeKind.Truncate, relations[UInt()].Name, null, null));
        }

        return gone;
    }

    private void ReadRelation()
    {
        var id = UInt();
        var name = $"{Text()}.{Text()}";
        at++;
        var columns = new (string Name, bool IsKey)[UShort()];
        for (var i = 0; i < columns.Length; i++)
        {
            var isKey = (data[at++] & 1) == 1;
            columns[i] = (Text(), isKey);
            at += 8;
        }

        relations[id] = new(name, columns);
    }

    /// <summary>A record; of a key alone, only the key's columns have values.</summary>
    private Dictionary<string, ChangedValue> Tuple(Relation relation, bool isKey)
    {
        var values = new Dictionary<string, ChangedValue>(StringComparer.Ordinal);
        var count = UShort();
        for (var i = 0; i < count; i++)
        {
            var value = (char)data[at++] switch
            {
                'n' => new ChangedValue(null, false),
                'u' => new ChangedValue(null, true),
                _ => new ChangedValue(Counted(), false),
            };
            if (!isKey || relation.Columns[i].IsKey)
            {
                values[relation.Columns[i].Name] = value;
            }
        }

        return values;
    }

    private string Counted()
    {
        var length = (int)UInt();
        at += length;
        return Encoding.UTF8.GetString(data, at - length, length);
    }

    private string Text()
    {
        var end = Array.IndexOf(data, (byte)0, at);
        var text = Encoding.UTF8.GetString(data, at, end - at);
        at = end + 1;
        return text;
    }

    private uint UInt() => BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan((at += 4) - 4));

    private ushort UShort() => BinaryPrimitives.ReadUInt16BigEndian(data.AsSpan((at += 2) - 2));

    private sealed record Relation(string Name, (string Name, bool IsKey)[] Columns);
}
