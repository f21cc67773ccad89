using System.Numerics;
using System.Runtime.InteropServices;

namespace Crm.Analytics.Models.Numerics;

/// <summary>Inner products of vectors.</summary>
internal static class VectorDot
{
    /// <summary>Σ aᵢ·bᵢ over equally long vectors; the order of summation depends on the processor's vector width alone.</summary>
    public static double Of(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        var done = 0;
        if (a.Length >= Vector<double>.Count)
        {
            var left = MemoryMarshal.Cast<double, Vector<double>>(a);
            var right = MemoryMarshal.Cast<double, Vector<double>>(b);
            var sums = Vector<double>.Zero;
            for (var i = 0; i < left.Length; i++)
                sums += left[i] * right[i];
            sum = Vector.Sum(sums);
            done = left.Length * Vector<double>.Count;
        }

        for (; done < a.Length; done++)
            sum += a[done] * b[done];
        return sum;
    }

    /// <summary>Σ (aᵢ − bᵢ)².</summary>
    public static double SquaredDistance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            var difference = a[i] - b[i];
            sum += difference * difference;
        }

        return sum;
    }
}
