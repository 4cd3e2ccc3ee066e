namespace DeviceFleet.Conformance;

// A class for each area: `-class DeviceFleet.Conformance.Invoke` plays one.

public sealed class ActorsInvoke(Replayer replayer) : AreaTests(replayer, "actors-invoke")
{
    [Theory, Scenarios("actors-invoke")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class ActorsLifecycle(Replayer replayer) : AreaTests(replayer, "actors-lifecycle")
{
    [Theory, Scenarios("actors-lifecycle")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class ActorsReminders(Replayer replayer) : AreaTests(replayer, "actors-reminders")
{
    [Theory, Scenarios("actors-reminders")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class ActorsState(Replayer replayer) : AreaTests(replayer, "actors-state")
{
    [Theory, Scenarios("actors-state")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class ActorsTimers(Replayer replayer) : AreaTests(replayer, "actors-timers")
{
    [Theory, Scenarios("actors-timers")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class Bindings(Replayer replayer) : AreaTests(replayer, "bindings")
{
    [Theory, Scenarios("bindings")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class Configuration(Replayer replayer) : AreaTests(replayer, "configuration")
{
    [Theory, Scenarios("configuration")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class GrpcActors(Replayer replayer) : AreaTests(replayer, "grpc-actors")
{
    [Theory, Scenarios("grpc-actors")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class GrpcMisc(Replayer replayer) : AreaTests(replayer, "grpc-misc")
{
    [Theory, Scenarios("grpc-misc")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class GrpcPubsub(Replayer replayer) : AreaTests(replayer, "grpc-pubsub")
{
    [Theory, Scenarios("grpc-pubsub")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class GrpcState(Replayer replayer) : AreaTests(replayer, "grpc-state")
{
    [Theory, Scenarios("grpc-state")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class Invoke(Replayer replayer) : AreaTests(replayer, "invoke")
{
    [Theory, Scenarios("invoke")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class Jobs(Replayer replayer) : AreaTests(replayer, "jobs")
{
    [Theory, Scenarios("jobs")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class Lock(Replayer replayer) : AreaTests(replayer, "lock")
{
    [Theory, Scenarios("lock")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class Pubsub(Replayer replayer) : AreaTests(replayer, "pubsub")
{
    [Theory, Scenarios("pubsub")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class Resiliency(Replayer replayer) : AreaTests(replayer, "resiliency")
{
    [Theory, Scenarios("resiliency")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class Runtime(Replayer replayer) : AreaTests(replayer, "runtime")
{
    [Theory, Scenarios("runtime")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class Secrets(Replayer replayer) : AreaTests(replayer, "secrets")
{
    [Theory, Scenarios("secrets")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

public sealed class State(Replayer replayer) : AreaTests(replayer, "state")
{
    [Theory, Scenarios("state")]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}
