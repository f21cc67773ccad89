using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using DuckDB.NET.Data;

namespace Crm.Analytics.Tests.Bindings;

/// <summary>What the provider's own file says of the types and members it uses of another assembly.</summary>
internal sealed class ProviderMetadata : IDisposable
{
    private readonly PEReader _image = new(File.OpenRead(typeof(DuckDBConnection).Assembly.Location));
    private readonly MetadataReader _metadata;
    private readonly SignatureNames _names = new();

    public ProviderMetadata() => _metadata = _image.GetMetadataReader();

    public IEnumerable<string> TypesOf(string assembly) => _metadata.TypeReferences
        .Where(type => AssemblyOf(type) == assembly)
        .Select(type => SignatureNames.FullName(_metadata, type));

    public IEnumerable<(string Type, string Signature)> MembersOf(string assembly)
    {
        foreach (var handle in _metadata.MemberReferences)
        {
            var member = _metadata.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference && AssemblyOf((TypeReferenceHandle)member.Parent) == assembly)
                yield return (SignatureNames.FullName(_metadata, (TypeReferenceHandle)member.Parent), Signature(member));
        }
    }

    public void Dispose() => _image.Dispose();

    private string Signature(MemberReference member)
    {
        var name = _metadata.GetString(member.Name);
        if (member.GetKind() == MemberReferenceKind.Field)
            return $"{member.DecodeFieldSignature(_names, null)} {name}";
        var signature = member.DecodeMethodSignature(_names, null);
        return ReflectedSignature.Format(
            signature.Header.IsInstance, signature.ReturnType, name, signature.GenericParameterCount, signature.ParameterTypes);
    }

    private string? AssemblyOf(TypeReferenceHandle handle)
    {
        var scope = _metadata.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.TypeReference => AssemblyOf((TypeReferenceHandle)scope),
            HandleKind.AssemblyReference => _metadata.GetString(_metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name),
            _ => null,
        };
    }
}

/// <summary>Spells the types of a metadata signature the way <see cref="ReflectedSignature"/> spells reflected ones.</summary>
internal sealed class SignatureNames : ISignatureTypeProvider<string, object?>
{
    public static string FullName(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{FullName(reader, (TypeReferenceHandle)type.ResolutionScope)}+{name}"
            : $"{reader.GetString(type.Namespace)}.{name}";
    }

    public string GetPrimitiveType(PrimitiveTypeCode code) => $"System.{code}";

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte kind) => FullName(reader, handle);

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte kind)
        => reader.GetString(reader.GetTypeDefinition(handle).Name);

    public string GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte kind)
        => reader.GetTypeSpecification(handle).DecodeSignature(this, context);

    public string GetSZArrayType(string element) => $"{element}[]";

    public string GetArrayType(string element, ArrayShape shape) => $"{element}[{new string(',', shape.Rank - 1)}]";

    public string GetByReferenceType(string element) => $"{element}&";

    public string GetPointerType(string element) => $"{element}*";

    public string GetPinnedType(string element) => element;

    public string GetGenericInstantiation(string type, ImmutableArray<string> arguments) => $"{type}<{string.Join(",", arguments)}>";

    public string GetGenericMethodParameter(object? context, int index) => $"!!{index}";

    public string GetGenericTypeParameter(object? context, int index) => $"!{index}";

    public string GetFunctionPointerType(MethodSignature<string> signature)
        => $"fnptr({string.Join(",", signature.ParameterTypes)})->{signature.ReturnType}";

    // `in` and `out` marks do not tell signatures apart here.
    public string GetModifiedType(string modifier, string unmodified, bool isRequired) => unmodified;
}
