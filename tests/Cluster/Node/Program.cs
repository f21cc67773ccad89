using System.Runtime.InteropServices;
using System.Text;

namespace Crm.Analytics.Tests.Cluster.Node;

/// <summary>
/// A node of the test cluster: runs the library's command line, which listens as a server does, and ends when its standard input is closed. Arguments: the
/// library, then those of the command line.
/// </summary>
internal static unsafe class Program
{
    private static int Main(string[] arguments)
    {
        var run = (delegate* unmanaged<int, byte**, int>)NativeLibrary.GetExport(NativeLibrary.Load(arguments[0]), "chdb_query_cmdline");
        string[] values = ["clickhouse", .. arguments[1..]];
        var texts = stackalloc byte*[values.Length + 1];
        for (var i = 0; i < values.Length; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(values[i] + "\0");
            texts[i] = (byte*)NativeMemory.Alloc((nuint)bytes.Length);
            bytes.CopyTo(new Span<byte>(texts[i], bytes.Length));
        }

        texts[values.Length] = null;
        return run(values.Length, texts);
    }
}
