using System.Runtime.InteropServices;
using System.Text;

namespace DuckDB.NET.Native;

// Functions whose C form does not fit the signature that the provider was compiled against.
public static partial class NativeMethods
{
    public static partial class PreparedStatements
    {
        /// <summary>The C function writes 64 bits, so the caller's 32 cannot be handed to it.</summary>
        public static DuckDBState DuckDBBindParameterIndex(DuckDBPreparedStatement statement, out int index, string name)
        {
            var state = BindParameterIndex(statement, out var wide, name);
            index = checked((int)wide);
            return state;
        }

        [LibraryImport(Library, EntryPoint = "duckdb_bind_parameter_index", StringMarshalling = StringMarshalling.Utf8)]
        private static partial DuckDBState BindParameterIndex(DuckDBPreparedStatement statement, out ulong index, string name);
    }

    public static partial class Value
    {
        /// <summary>Goes by length, so that a text may hold a zero character.</summary>
        public static unsafe DuckDBValue DuckDBCreateVarchar(string value)
        {
            var bytes = Encoding.UTF8.GetBytes(value);
            fixed (byte* first = bytes)
                return CreateVarchar(first, (ulong)bytes.Length);
        }

        /// <summary>DuckDB copies the elements; they stay the caller's to give back.</summary>
        public static DuckDBValue DuckDBCreateListValue(DuckDBLogicalType type, DuckDBValue[] values, int count)
        {
            var list = CreateListValue(type, Pointers(values), (ulong)count);
            GC.KeepAlive(values);
            return list;
        }

        /// <summary>DuckDB copies the elements; they stay the caller's to give back.</summary>
        public static DuckDBValue DuckDBCreateArrayValue(DuckDBLogicalType type, DuckDBValue[] values, int count)
        {
            var array = CreateArrayValue(type, Pointers(values), (ulong)count);
            GC.KeepAlive(values);
            return array;
        }

        [LibraryImport(Library, EntryPoint = "duckdb_get_type_id")]
        internal static partial DuckDBType TypeId(IntPtr type);

        private static IntPtr[] Pointers(DuckDBValue[] values) => Array.ConvertAll(values, value => value.DangerousGetHandle());

        [LibraryImport(Library, EntryPoint = "duckdb_create_varchar_length")]
        private static unsafe partial DuckDBValue CreateVarchar(byte* text, ulong length);

        [LibraryImport(Library, EntryPoint = "duckdb_create_list_value")]
        private static partial DuckDBValue CreateListValue(DuckDBLogicalType type, IntPtr[] values, ulong count);

        [LibraryImport(Library, EntryPoint = "duckdb_create_array_value")]
        private static partial DuckDBValue CreateArrayValue(DuckDBLogicalType type, IntPtr[] values, ulong count);
    }

    public static partial class DateTimeHelpers
    {
        [LibraryImport(Library, EntryPoint = "duckdb_from_date")]
        internal static partial DuckDBDateOnly DuckDBFromDate(DuckDBDate date);

        [LibraryImport(Library, EntryPoint = "duckdb_to_date")]
        internal static partial DuckDBDate DuckDBToDate(DuckDBDateOnly date);

        [LibraryImport(Library, EntryPoint = "duckdb_from_timestamp")]
        internal static partial DuckDBTimestamp DuckDBFromTimestamp(DuckDBTimestampStruct timestamp);

        [LibraryImport(Library, EntryPoint = "duckdb_to_timestamp")]
        internal static partial DuckDBTimestampStruct DuckDBToTimestamp(DuckDBTimestamp timestamp);
    }
}
