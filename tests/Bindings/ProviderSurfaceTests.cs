using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Crm.Analytics.Tests.Bindings;

/// <summary>The provider was compiled against an assembly we stand in for; a member that is missing would only show when it is first called.</summary>
public sealed class ProviderSurfaceTests
{
    private const string StandIn = "DuckDB.NET.Bindings";
    private static readonly Assembly Bindings = typeof(DuckDBValue).Assembly;

    [Test]
    public void Bindings_EveryTypeTheProviderNames_Exists()
    {
        using var provider = new ProviderMetadata();

        var types = provider.TypesOf(StandIn).ToList();
        var missing = types.Where(name => Bindings.GetType(name) is not { IsVisible: true }).ToList();

        Assert.That(types, Has.Count.GreaterThan(50));
        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void Bindings_EveryMemberTheProviderNames_HasThatSignature()
    {
        using var provider = new ProviderMetadata();

        var members = provider.MembersOf(StandIn).ToList();
        var missing = members.Where(member => !Signatures(Bindings.GetType(member.Type)).Contains(member.Signature))
            .Select(member => $"{member.Type}: {member.Signature}").ToList();

        Assert.That(members, Has.Count.GreaterThan(200));
        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void Bindings_AssemblyName_IsTheOneTheProviderAsksFor()
    {
        var asked = typeof(DuckDBConnection).Assembly.GetReferencedAssemblies().Single(name => name.Name == StandIn);
        var have = Bindings.GetName();

        Assert.That(have.Version, Is.EqualTo(asked.Version));
        Assert.That(have.GetPublicKeyToken(), Is.EqualTo(asked.GetPublicKeyToken()));
        Assert.That(have.GetPublicKey(), Is.EqualTo(typeof(DuckDBConnection).Assembly.GetName().GetPublicKey()));
    }

    [Test]
    public void Bindings_EveryImport_IsInTheNativeLibrary()
    {
        var library = System.Runtime.InteropServices.NativeLibrary.Load(NativeLibraryFile);

        var missing = ImportedFunctions().Where(name => !System.Runtime.InteropServices.NativeLibrary.TryGetExport(library, name, out _));

        Assert.That(missing, Is.Empty);
    }

    private static string NativeLibraryFile => Directory
        .EnumerateFiles(AppContext.BaseDirectory)
        .Single(file => Path.GetFileName(file) is "libduckdb.so" or "libduckdb.dylib" or "duckdb.dll");

    private static List<string> ImportedFunctions()
    {
        using var image = new PEReader(File.OpenRead(Bindings.Location));
        var metadata = image.GetMetadataReader();
        var names = metadata.MethodDefinitions.Select(metadata.GetMethodDefinition)
            .Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
            .Select(method => metadata.GetString(method.GetImport().Name)).ToList();
        Assert.That(names, Has.Count.GreaterThan(150));
        return names;
    }

    private static HashSet<string> Signatures(Type? type)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (type is null)
            return [];

        var methods = type.GetMethods(all).Select(method => ReflectedSignature.Of(method, method.ReturnType));
        var constructors = type.GetConstructors(all).Select(constructor => ReflectedSignature.Of(constructor, typeof(void)));
        var fields = type.GetFields(all).Select(field => $"{ReflectedSignature.Name(field.FieldType)} {field.Name}");
        return [.. methods, .. constructors, .. fields, .. type.BaseType is { } parent && parent.Assembly == Bindings ? Signatures(parent) : []];
    }
}
