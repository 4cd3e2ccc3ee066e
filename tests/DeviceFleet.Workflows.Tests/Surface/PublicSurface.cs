using System.Reflection;

namespace DeviceFleet.Workflows.Tests.Surface;

/// <summary>Public types and members in words that are the same for both libraries.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>One line for each type and each member user code can reach.</summary>
    public static IEnumerable<string> Of(Assembly assembly) =>
        from type in assembly.GetExportedTypes()
        from line in Lines(type)
        select line;

    private static IEnumerable<string> Lines(Type type)
    {
        var owner = Name(type, whole: true);
        yield return $"{Kind(type)} {owner}";
        foreach (var member in type.GetMembers(Declared))
        {
            if (Line(member) is { } line)
            {
                yield return $"{owner}.{line}";
            }
        }
    }

    private static string? Line(MemberInfo member) => member switch
    {
        ConstructorInfo { IsPublic: true } or ConstructorInfo { IsFamily: true } => $"new({Parameters((ConstructorInfo)member)})",
        MethodInfo method when IsGenerated(method) || method.IsSpecialName => null,
        MethodInfo { IsPublic: true } or MethodInfo { IsFamily: true } => Method((MethodInfo)member),
        PropertyInfo property when (property.GetMethod ?? property.SetMethod) is { IsPublic: true } => $"{property.Name}: {Name(property.PropertyType)}{(property.SetMethod is { IsPublic: true } ? " set" : string.Empty)}",
        FieldInfo { IsLiteral: true, IsPublic: true } field => $"{field.Name} = {field.GetRawConstantValue()}",
        _ => null,
    };

    private static string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(',', method.GetGenericArguments().Select(argument => argument.Name))}>" : string.Empty;
        return $"{method.Name}{generic}({Parameters(method)}): {Name(method.ReturnType)}";
    }

    private static string Parameters(MethodBase method) => string.Join(
        ", ",
        method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "null"}" : string.Empty)}"));

    /// <summary>What compilers add to records, and what every type has.</summary>
    private static bool IsGenerated(MethodInfo method) =>
        method.Name is "<Clone>$" or "PrintMembers" or "ToString" or "Equals" or "GetHashCode" || method.GetBaseDefinition().DeclaringType == typeof(object);

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
        : type is { IsAbstract: true, IsSealed: true } ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";

    private static string Name(Type type, bool whole = false)
    {
        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        if (type.HasElementType)
        {
            return Name(type.GetElementType()!) + (type.IsByRef ? "&" : "[]");
        }

        var name = type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        if (type.IsGenericType)
        {
            name = $"{name.Split('`')[0]}<{string.Join(',', type.GetGenericArguments().Select(argument => Name(argument)))}>";
        }

        return whole ? $"{Moved(type.Namespace)}.{name}" : name;
    }

    private static string? Moved(string? space) =>
        space is not null && space.StartsWith("Dapr.Workflow", StringComparison.Ordinal) ? "DeviceFleet.Workflows" + space["Dapr.Workflow".Length..] : space;
}
