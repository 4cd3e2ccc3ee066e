using System.Buffers;
using System.Text.Json;

namespace DeviceFleet.Devices.Documents;

/// <summary>
/// A JSON value as a tree: branches are objects, leaves are all other values, arrays among them. Of members with one name the last counts. Immutable; members keep their
/// order.
/// </summary>
internal sealed class JsonTree
{
    private readonly OrderedDictionary<string, JsonTree>? _members;
    private readonly JsonElement _leaf;

    private JsonTree(OrderedDictionary<string, JsonTree> members) => _members = members;

    private JsonTree(JsonElement leaf) => _leaf = leaf;

    /// <summary>An object without members.</summary>
    public static JsonTree Empty { get; } = new([]);

    /// <summary>Reads a value.</summary>
    /// <exception cref="InvalidOperationException">A name is no Unicode.</exception>
    public static JsonTree Read(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return new JsonTree(value);
        }

        var members = new OrderedDictionary<string, JsonTree>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            members[member.Name] = Read(member.Value);
        }

        return new JsonTree(members);
    }

    /// <summary>This with a merge patch applied (RFC 7396, section 2).</summary>
    public JsonTree Merge(JsonTree patch)
    {
        if (patch._members is null)
        {
            return patch;
        }

        var merged = new OrderedDictionary<string, JsonTree>(_members ?? [], StringComparer.Ordinal);
        foreach (var (name, value) in patch._members)
        {
            if (value._members is null && value._leaf.ValueKind == JsonValueKind.Null)
            {
                merged.Remove(name);
            }
            else
            {
                merged[name] = merged.GetValueOrDefault(name, Empty).Merge(value);
            }
        }

        return new JsonTree(merged);
    }

    /// <summary>What of this the other one does not have with the same value, in the shape of this; <see cref="Empty"/>: nothing. Branches without leaves do not count.</summary>
    public JsonTree Beyond(JsonTree? other)
    {
        var beyond = new OrderedDictionary<string, JsonTree>(StringComparer.Ordinal);
        foreach (var (name, mine) in _members ?? [])
        {
            var its = other?._members?.GetValueOrDefault(name);
            if (mine._members is null)
            {
                if (its is null || !mine.SameAs(its))
                {
                    beyond[name] = mine;
                }
            }
            else if (mine.Beyond(its) is { _members.Count: > 0 } more)
            {
                beyond[name] = more;
            }
        }

        return new JsonTree(beyond);
    }

    /// <summary>Whether both say the same; the order of members does not matter, nor how a number is written.</summary>
    public bool SameAs(JsonTree other)
    {
        if (_members is null || other._members is null)
        {
            return _members is null && other._members is null && JsonElement.DeepEquals(_leaf, other._leaf);
        }

        return _members.Count == other._members.Count
            && _members.All(member => other._members.TryGetValue(member.Key, out var its) && member.Value.SameAs(its));
    }

    /// <summary>Whether it is an object without members.</summary>
    public bool IsEmpty => _members is { Count: 0 };

    /// <summary>All leaves by their JSON pointer (RFC 6901).</summary>
    public IEnumerable<(string Pointer, JsonElement Value)> Leaves() => Leaves("");

    /// <summary>All names of members, however deep.</summary>
    public IEnumerable<string> Names() => (_members ?? []).SelectMany(member => member.Value.Names().Prepend(member.Key));

    /// <summary>The member of that name, when it is a leaf.</summary>
    public JsonElement? Leaf(string name) => _members?.GetValueOrDefault(name) is { _members: null } leaf ? leaf._leaf : null;

    /// <summary>As an element of its own, in compact form.</summary>
    public JsonElement ToElement()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer);
        }

        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    private IEnumerable<(string Pointer, JsonElement Value)> Leaves(string pointer) => _members is null
        ? [(pointer, _leaf)]
        : _members.SelectMany(member =>
            member.Value.Leaves($"{pointer}/{member.Key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}"));

    private void Write(Utf8JsonWriter writer)
    {
        if (_members is null)
        {
            _leaf.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        foreach (var (name, value) in _members)
        {
            writer.WritePropertyName(name);
            value.Write(writer);
        }

        writer.WriteEndObject();
    }
}
