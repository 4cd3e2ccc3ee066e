namespace DeviceFleet.Provisioning.Tests.Sagas.Exploration;

/// <summary>
/// The choices of one path: those before the end are given, the rest are the first of their options. <see cref="Next"/> is the path after it, depth first, so that all are taken once.
/// </summary>
internal sealed class Script(IReadOnlyList<int> given)
{
    private readonly List<(int Chosen, int Of, string What)> _taken = [];

    /// <summary>One of the options; the first means that nothing special happens.</summary>
    public T Choose<T>(string what, T[] options)
    {
        var chosen = _taken.Count < given.Count ? given[_taken.Count] : 0;
        _taken.Add((chosen, options.Length, $"{what}: {options[chosen]}"));
        return options[chosen];
    }

    /// <summary>The next path; null: this was the last.</summary>
    public Script? Next()
    {
        for (var last = _taken.Count - 1; last >= 0; last--)
        {
            if (_taken[last].Chosen + 1 < _taken[last].Of)
            {
                return new Script([.. _taken.Take(last).Select(choice => choice.Chosen), _taken[last].Chosen + 1]);
            }
        }

        return null;
    }

    /// <summary>What was out of the ordinary, in order.</summary>
    public override string ToString() => string.Join("; ", _taken.Where(choice => choice.Chosen > 0).Select(choice => choice.What));
}
