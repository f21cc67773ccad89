using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Crm.Analytics.Tests.Architecture;

/// <summary>One type refers to another; From and To are their namespaces.</summary>
internal sealed record TypeReference(string From, string FromType, string To, string ToType);

/// <summary>Every reference from a type of an assembly to another type, read from metadata, method bodies included.</summary>
internal sealed class TypeReferences : ISignatureTypeProvider<ImmutableArray<EntityHandle>, object?>
{
    private static readonly Dictionary<ushort, OperandType> Operands = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(o => (ushort)o.Value, o => o.OperandType);

    private readonly MetadataReader _reader;
    private readonly PEReader _image;

    private TypeReferences(PEReader image) => (_image, _reader) = (image, image.GetMetadataReader());

    public static IReadOnlyList<TypeReference> Of(string assembly)
    {
        using var image = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll")));
        return [.. new TypeReferences(image).Read().Distinct()];
    }

    private IEnumerable<TypeReference> Read()
    {
        foreach (var handle in _reader.TypeDefinitions)
        {
            var (from, name) = NameOf(handle);
            foreach (var target in TargetsOf(_reader.GetTypeDefinition(handle)).Distinct())
            {
                var (to, toName) = NameOf(target);
                if (to.Length > 0 && from.Length > 0)
                {
                    yield return new(from, $"{from}.{name}", to, $"{to}.{toName}");
                }
            }
        }
    }

    private IEnumerable<EntityHandle> TargetsOf(TypeDefinition type)
    {
        var found = new List<EntityHandle>();
        if (!type.BaseType.IsNil)
        {
            found.AddRange(Resolve(type.BaseType));
        }

        found.AddRange(type.GetInterfaceImplementations().SelectMany(i => Resolve(_reader.GetInterfaceImplementation(i).Interface)));
        found.AddRange(type.GetFields().SelectMany(f => _reader.GetFieldDefinition(f).DecodeSignature(this, null)));
        found.AddRange(type.GetCustomAttributes().SelectMany(a => Resolve(_reader.GetCustomAttribute(a).Constructor)));
        foreach (var method in type.GetMethods().Select(_reader.GetMethodDefinition))
        {
            found.AddRange(Signature(method.DecodeSignature(this, null)));
            found.AddRange(BodyOf(method));
        }

        return found;
    }

    private IEnumerable<EntityHandle> BodyOf(MethodDefinition method)
    {
        if (method.RelativeVirtualAddress == 0)
        {
            return [];
        }

        var body = _image.GetMethodBody(method.RelativeVirtualAddress);
        var found = new List<EntityHandle>();
        if (!body.LocalSignature.IsNil)
        {
            found.AddRange(_reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, null).SelectMany(t => t));
        }

        found.AddRange(body.ExceptionRegions.Where(r => !r.CatchType.IsNil).SelectMany(r => Resolve(r.CatchType)));
        var il = body.GetILReader();
        while (il.RemainingBytes > 0)
        {
            ushort code = il.ReadByte();
            code = code == 0xFE ? (ushort)(0xFE00 | il.ReadByte()) : code;
            found.AddRange(Operand(ref il, Operands[code]));
        }

        return found;
    }

    private IEnumerable<EntityHandle> Operand(ref BlobReader il, OperandType operand)
    {
        switch (operand)
        {
            case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                return Resolve((EntityHandle)MetadataTokens.Handle(il.ReadInt32()));
            case OperandType.InlineSwitch:
                // Read first: a compound assignment would take the offset from before the count.
                var targets = il.ReadInt32();
                il.Offset += 4 * targets;
                return [];
            case OperandType.InlineNone:
                return [];
            case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                il.Offset += 1;
                return [];
            case OperandType.InlineVar:
                il.Offset += 2;
                return [];
            case OperandType.InlineI8 or OperandType.InlineR:
                il.Offset += 8;
                return [];
            default:
                il.Offset += 4;
                return [];
        }
    }

    private IEnumerable<EntityHandle> Resolve(EntityHandle handle) => handle.Kind switch
    {
        HandleKind.TypeDefinition or HandleKind.TypeReference => [handle],
        HandleKind.TypeSpecification => _reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null),
        HandleKind.FieldDefinition => [_reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType()],
        HandleKind.MethodDefinition => [_reader.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType()],
        HandleKind.MemberReference => OfMember(_reader.GetMemberReference((MemberReferenceHandle)handle)),
        HandleKind.MethodSpecification => OfMethod(_reader.GetMethodSpecification((MethodSpecificationHandle)handle)),
        _ => [],
    };

    private IEnumerable<EntityHandle> OfMember(MemberReference member) => Resolve(member.Parent).Concat(
        member.GetKind() == MemberReferenceKind.Field
            ? member.DecodeFieldSignature(this, null)
            : Signature(member.DecodeMethodSignature(this, null)));

    private IEnumerable<EntityHandle> OfMethod(MethodSpecification method) =>
        Resolve(method.Method).Concat(method.DecodeSignature(this, null).SelectMany(t => t));

    private static IEnumerable<EntityHandle> Signature(MethodSignature<ImmutableArray<EntityHandle>> signature) =>
        signature.ReturnType.Concat(signature.ParameterTypes.SelectMany(p => p));

    // A nested type counts as the type it is nested in.
    private (string Space, string Name) NameOf(EntityHandle handle)
    {
        if (handle.Kind == HandleKind.TypeDefinition)
        {
            var type = _reader.GetTypeDefinition((TypeDefinitionHandle)handle);
            return type.GetDeclaringType() is { IsNil: false } outer ? NameOf(outer) : (_reader.GetString(type.Namespace), _reader.GetString(type.Name));
        }

        var reference = _reader.GetTypeReference((TypeReferenceHandle)handle);
        return reference.ResolutionScope.Kind == HandleKind.TypeReference
            ? NameOf(reference.ResolutionScope)
            : (_reader.GetString(reference.Namespace), _reader.GetString(reference.Name));
    }

    public ImmutableArray<EntityHandle> GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => [handle];

    public ImmutableArray<EntityHandle> GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => [handle];

    public ImmutableArray<EntityHandle> GetTypeFromSpecification(
        MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind) => [.. Resolve(handle)];

    public ImmutableArray<EntityHandle> GetArrayType(ImmutableArray<EntityHandle> element, ArrayShape shape) => element;

    public ImmutableArray<EntityHandle> GetByReferenceType(ImmutableArray<EntityHandle> element) => element;

    public ImmutableArray<EntityHandle> GetPointerType(ImmutableArray<EntityHandle> element) => element;

    public ImmutableArray<EntityHandle> GetPinnedType(ImmutableArray<EntityHandle> element) => element;

    public ImmutableArray<EntityHandle> GetSZArrayType(ImmutableArray<EntityHandle> element) => element;

    public ImmutableArray<EntityHandle> GetFunctionPointerType(MethodSignature<ImmutableArray<EntityHandle>> signature) => [.. Signature(signature)];

    public ImmutableArray<EntityHandle> GetGenericInstantiation(
        ImmutableArray<EntityHandle> generic, ImmutableArray<ImmutableArray<EntityHandle>> arguments) => [.. generic, .. arguments.SelectMany(a => a)];

    public ImmutableArray<EntityHandle> GetGenericMethodParameter(object? context, int index) => [];

    public ImmutableArray<EntityHandle> GetGenericTypeParameter(object? context, int index) => [];

    public ImmutableArray<EntityHandle> GetModifiedType(
        ImmutableArray<EntityHandle> modifier, ImmutableArray<EntityHandle> unmodified, bool isRequired) => unmodified;

    public ImmutableArray<EntityHandle> GetPrimitiveType(PrimitiveTypeCode typeCode) => [];
}
