using DeviceFleet.Conformance;
using Xunit.Sdk;
using Xunit.v3;

// Scenarios mostly wait: more of them than cores run side by side. Times in them have tolerances of about 700 ms; what was late is played again with the machine to itself.
[assembly: Parallelization(Mode = ParallelMode.All, MaxThreads = Replayer.SideBySide)]
[assembly: AssemblyFixture(typeof(Replayer))]
