using System.Reflection;

namespace Crm.Analytics.Tests.Bindings;

/// <summary>One spelling for a method's signature, whether it was reflected or read from metadata.</summary>
internal static class ReflectedSignature
{
    public static string Of(MethodBase method, Type returns) => Format(
        !method.IsStatic, Name(returns), method.Name, method.IsGenericMethod ? method.GetGenericArguments().Length : 0,
        method.GetParameters().Select(parameter => Name(parameter.ParameterType)));

    public static string Format(bool isInstance, string returns, string name, int arity, IEnumerable<string> parameters)
        => $"{(isInstance ? "instance" : "static")} {returns} {name}{(arity > 0 ? $"<{arity}>" : "")}({string.Join(",", parameters)})";

    public static string Name(Type type)
    {
        if (type.IsByRef)
            return $"{Name(type.GetElementType()!)}&";
        if (type.IsPointer)
            return $"{Name(type.GetElementType()!)}*";
        if (type.IsSZArray)
            return $"{Name(type.GetElementType()!)}[]";
        if (type.IsGenericMethodParameter)
            return $"!!{type.GenericParameterPosition}";
        if (type.IsFunctionPointer)
            return $"fnptr({string.Join(",", type.GetFunctionPointerParameterTypes().Select(Name))})->{Name(type.GetFunctionPointerReturnType())}";
        return type.FullName ?? type.Name;
    }
}
