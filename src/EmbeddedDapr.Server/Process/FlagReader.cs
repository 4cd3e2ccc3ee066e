using EmbeddedDapr.Apps;

namespace EmbeddedDapr.Server.Process;

/// <summary>
/// Reads a command line: <c>--name=value</c>, <c>--name value</c>, one dash as good as two, switches with or without <c>=value</c>; words that are no flags are passed over. Used once.
/// </summary>
internal sealed class FlagReader
{
    private const int RefusedByLibrary = 2;
    private const int RefusedByRuntime = 1;
    private readonly List<string> _faults = [];
    private readonly List<string> _ignored = [];
    private DaprdFlags _flags = new();
    private bool _checksHealth;
    private AppHealthOptions _health = new();
    private bool _usesTls;
    private int _exitCode = RefusedByRuntime;

    public ReadFlags Read(IReadOnlyList<string> args)
    {
        for (var index = 0; index < args.Count; index++)
        {
            var arg = args[index];
            if (arg == "--")
            {
                _ignored.AddRange(args.Skip(index + 1));
                break;
            }

            if (arg.Length < 2 || arg[0] != '-')
            {
                _ignored.Add(arg);
                continue;
            }

            var name = arg.TrimStart('-');
            string? value = null;
            if (name.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
            {
                (name, value) = (name[..equals], name[(equals + 1)..]);
            }

            if (name is "help" or "h")
            {
                _flags = _flags with { PrintHelp = true };
            }
            else if (!FlagTable.All.TryGetValue(name, out var flag))
            {
                Refuse(RefusedByLibrary, $"unknown flag: --{name}");
            }
            else if (flag.IsSwitch)
            {
                Apply(flag, value ?? "true");
            }
            else if (value is not null || ++index < args.Count)
            {
                Apply(flag, value ?? args[index]);
            }
            else
            {
                Refuse(RefusedByLibrary, $"flag needs an argument: --{name}");
            }
        }

        Check();
        return new ReadFlags(_flags with { Ignored = _ignored }, _faults, _exitCode);
    }

    private void Apply(Flag flag, string value)
    {
        switch (flag)
        {
            case HealthFlag health when health.Apply(_health, value) is { } changed:
                _health = changed;
                break;
            case IgnoredFlag ignored when !ignored.IsSwitch || FlagTable.Switch(value) is not null:
                _ignored.Add(flag.Name);
                break;
            case ValueFlag valued when valued.Apply(_flags, value) is { } changed:
                _flags = changed;
                break;
            case SwitchFlag known when FlagTable.Switch(value) is { } on:
                _flags = known.Apply?.Invoke(_flags, on) ?? _flags;
                (_checksHealth, _usesTls) = (known.Name == FlagTable.HealthCheck ? on : _checksHealth, known.Name == FlagTable.AppTls ? on : _usesTls);
                break;
            default:
                Refuse(flag.RefusedByLibrary ? RefusedByLibrary : RefusedByRuntime, $"invalid argument \"{value}\" for \"--{flag.Name}\" flag");
                break;
        }
    }

    private void Check()
    {
        if (_flags.PrintHelp || _flags.PrintVersion)
        {
            return;
        }

        if (_usesTls)
        {
            _flags = _flags with { AppProtocol = _flags.AppProtocol switch { "http" => "https", "grpc" => "grpcs", var other => other } };
        }

        if (_checksHealth)
        {
            _flags = _flags with { AppHealth = _health };
            if (_health.ProbeTimeout > _health.ProbeInterval)
            {
                Refuse(RefusedByRuntime, "value for 'app-health-probe-timeout' must be smaller than 'app-health-probe-interval'");
            }
        }

        if (_flags.AppId.Length == 0 && !_flags.WaitForSidecar)
        {
            Refuse(RefusedByRuntime, "app-id parameter cannot be empty");
        }

        if (_flags.AppId.Contains('.', StringComparison.Ordinal))
        {
            Refuse(RefusedByRuntime, $"app-id '{_flags.AppId}' must not contain a dot");
        }

        foreach (var path in _flags.Configurations.Where(path => !File.Exists(path)))
        {
            Refuse(RefusedByRuntime, $"configuration file '{path}' does not exist");
        }

        foreach (var path in _flags.ResourcesPaths.Where(path => !Directory.Exists(path)))
        {
            Refuse(RefusedByRuntime, $"resources path '{path}' does not exist or is no folder");
        }

        if (_flags.AppPort > 0 && (_flags.AppPort == _flags.HttpPort || _flags.AppPort == _flags.GrpcPort))
        {
            Refuse(RefusedByRuntime, $"the app port {_flags.AppPort} is also a port of the API");
        }
    }

    // The library refuses before the runtime has a say.
    private void Refuse(int exitCode, string fault)
    {
        _exitCode = Math.Max(_exitCode, exitCode);
        _faults.Add(fault);
    }
}
