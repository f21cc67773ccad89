using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Tests.Models;

/// <summary>Values of tables (Abramowitz and Stegun) and of exact identities.</summary>
internal sealed class NumericsTests
{
    [TestCase(.5, .57236494292470008707, -1.96351002602142347944, 4.93480220054467930942)]
    [TestCase(1, 0, -.57721566490153286061, 1.64493406684822643647)]
    [TestCase(10, 12.80182748008146961121, 2.25175258906672110764, .10516633568168574612)]
    [TestCase(1e-6, 13.81550998074943, -1000000.57721401999, 1000000000001.644932)]
    [TestCase(5000, 37582.626315685346, 8.5170931878, .00020002000133333)]
    public void GammaFamily_TabledValues(double x, double logGamma, double digamma, double trigamma)
    {
        Assert.That(SpecialFunctions.LogGamma(x), Is.EqualTo(logGamma).Within(1e-11 * Math.Max(1e-4, Math.Abs(logGamma))));
        Assert.That(SpecialFunctions.Digamma(x), Is.EqualTo(digamma).Within(1e-10 * Math.Abs(digamma)));
        Assert.That(SpecialFunctions.Trigamma(x), Is.EqualTo(trigamma).Within(1e-10 * trigamma));
    }

    [Test]
    public void LogGamma_NextArgument_FollowsTheRecurrence()
    {
        for (var x = 1e-3; x < 1e5; x *= 1.37)
        {
            Assert.That(SpecialFunctions.LogGamma(x + 1) - SpecialFunctions.LogGamma(x), Is.EqualTo(Math.Log(x)).Within(1e-13 * Math.Max(10, SpecialFunctions.LogGamma(x + 1))));
        }
    }

    [TestCase(1.959963984540054, .975)]
    [TestCase(0, .5)]
    [TestCase(-3, .00134989803163009453)]
    [TestCase(-8, 6.22096057427178e-16)]
    public void Normal_TabledValues(double z, double p)
    {
        Assert.That(Normal.Cdf(z), Is.EqualTo(p).Within(1e-9 * p));
        Assert.That(Normal.Quantile(p), Is.EqualTo(z).Within(1e-7));
    }

    [TestCase(2, 3, .4, .5248)]
    [TestCase(.5, .5, .25, 1 / 3.0)]
    [TestCase(50, 60, .45, .46)]
    public void BetaI_KnownValues(double a, double b, double x, double value)
        => Assert.That(SpecialFunctions.BetaI(a, b, x), Is.EqualTo(value).Within(a > 40 ? .01 : 1e-12));

    [Test]
    public void GammaP_OfShapeOne_IsExponential()
    {
        foreach (var x in (double[])[.01, .5, 2, 10, 40])
        {
            Assert.That(SpecialFunctions.GammaP(1, x), Is.EqualTo(1 - Math.Exp(-x)).Within(1e-14));
        }
    }

    [Test]
    public void Minimise_Rosenbrock_FindsTheValley()
    {
        var minimum = Minimiser.Minimise(
            (point, gradient) =>
            {
                var (x, y) = (point[0], point[1]);
                gradient[0] = (-400 * x * (y - (x * x))) - (2 * (1 - x));
                gradient[1] = 200 * (y - (x * x));
                return (100 * Math.Pow(y - (x * x), 2)) + Math.Pow(1 - x, 2);
            }, [-1.2, 1]);

        Assert.That(minimum.Converged);
        Assert.That(minimum.Point, Is.EqualTo((double[])[1, 1]).Within(1e-8));
        Assert.That(minimum.Hessian[0, 1], Is.EqualTo(-400).Within(1e-3));
    }

    [Test]
    public void GaussLegendre_Polynomial_IsExact()
        => Assert.That(GaussLegendre.Of(16).Integrate(x => Math.Pow(x, 31) + Math.Pow(x, 30), 0, 1), Is.EqualTo((1 / 32.0) + (1 / 31.0)).Within(1e-14));
}
