using DeviceFleet.Conformance;
using Xunit.Sdk;
using Xunit.v3;

// Scenarios mostly wait: more of them than cores run side by side. Times in them have tolerances of about 700 ms.
[assembly: Parallelization(Mode = ParallelMode.All, MaxThreads = 4)]
[assembly: AssemblyFixture(typeof(Replayer))]
