using Xunit.Sdk;
using Xunit.v3;

// Who waits until the thread pool rests must have it for itself.
[assembly: Parallelization(Mode = ParallelMode.None)]
