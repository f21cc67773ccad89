using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace DuckDB.NET.Native;

/// <summary>UTF-8 text that stays DuckDB's: copied, never freed.</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedOut, typeof(BorrowedText))]
internal static unsafe class BorrowedText
{
    public static string ConvertToManaged(byte* text) => Marshal.PtrToStringUTF8((IntPtr)text) ?? "";
}

/// <summary>UTF-8 text that DuckDB hands over: copied, then freed by DuckDB's own allocator. Null stays null.</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedOut, typeof(OwnedText))]
internal static unsafe class OwnedText
{
    public static string? ConvertToManaged(byte* text) => Marshal.PtrToStringUTF8((IntPtr)text);

    public static void Free(byte* text) => NativeMethods.Helpers.DuckDBFree((IntPtr)text);
}
