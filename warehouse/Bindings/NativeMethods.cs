using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DuckDB.NET.Native;

/// <summary>
/// The functions of DuckDB's C API that the ADO.NET provider calls, each under the C function's name in Pascal case and grouped as the C API groups them.
/// What they do is DuckDB's documentation (duckdb.h); the comments here say only where the shape differs from the C function's.
/// </summary>
public static partial class NativeMethods
{
    internal const string Library = "duckdb";

    /// <summary>Functions of the C API that belong to no object.</summary>
    public static partial class Helpers
    {
        [LibraryImport(Library, EntryPoint = "duckdb_vector_size")]
        public static partial ulong DuckDBVectorSize();

        [LibraryImport(Library, EntryPoint = "duckdb_free")]
        internal static partial void DuckDBFree(IntPtr memory);
    }

    // Once per process, before the first call; a static constructor of this class would not run for its nested classes.
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The resolver belongs to this assembly and has no other place to be set.")]
    internal static void ChooseLibrary() => NativeLibrary.SetDllImportResolver(typeof(NativeMethods).Assembly, Resolve);

    // Beside the program first: a DuckDB of another version that the system may have must not be taken by accident.
    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? search)
    {
        if (name != Library)
            return IntPtr.Zero;

        var file = OperatingSystem.IsWindows() ? "duckdb.dll" : OperatingSystem.IsMacOS() ? "libduckdb.dylib" : "libduckdb.so";
        var path = Path.Combine(AppContext.BaseDirectory, file);
        return NativeLibrary.TryLoad(path, out var handle)
            ? handle
            : throw new DllNotFoundException(
                $"{path}: the native DuckDB library is not there or does not load. Expected the one that the build copies beside the program. "
                + "Build or publish again; `npm ci` in the repository fetches it.");
    }
}
