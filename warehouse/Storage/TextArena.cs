using System.Runtime.InteropServices;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>Native memory for the long texts of one chunk; used again for the next.</summary>
internal sealed unsafe class TextArena : IDisposable
{
    private const int BlockBytes = 1 << 18;

    private readonly List<IntPtr> blocks = [];
    private readonly List<IntPtr> large = [];
    private int block = -1;
    private byte* next;
    private nint left;

    /// <summary>Memory that stays where it is until <see cref="Clear"/>.</summary>
    public byte* Take(int bytes)
    {
        if (bytes > left)
        {
            Grow(bytes);
            if (bytes > BlockBytes)
            {
                return (byte*)large[^1];
            }
        }

        var taken = next;
        next += bytes;
        left -= bytes;
        return taken;
    }

    /// <summary>Gives back the end of what was taken last.</summary>
    public void Return(byte* from)
    {
        // A text in memory of its own has nothing to give back.
        if (block >= 0 && from >= (byte*)blocks[block] && from <= next)
        {
            left += (nint)(next - from);
            next = from;
        }
    }

    public void Clear()
    {
        foreach (var own in large)
        {
            NativeMemory.Free((void*)own);
        }

        large.Clear();
        block = blocks.Count > 0 ? 0 : -1;
        next = block < 0 ? null : (byte*)blocks[0];
        left = block < 0 ? 0 : BlockBytes;
    }

    public void Dispose()
    {
        Clear();
        foreach (var owned in blocks)
        {
            NativeMemory.Free((void*)owned);
        }

        blocks.Clear();
        block = -1;
        next = null;
        left = 0;
    }

    private void Grow(int bytes)
    {
        if (bytes > BlockBytes)
        {
            large.Add((IntPtr)NativeMemory.Alloc((nuint)bytes));
            return;
        }

        if (++block == blocks.Count)
        {
            blocks.Add((IntPtr)NativeMemory.Alloc(BlockBytes));
        }

        next = (byte*)blocks[block];
        left = BlockBytes;
    }
}
