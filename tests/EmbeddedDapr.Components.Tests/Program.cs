using System.Globalization;
using EmbeddedDapr.Components.Tests.Sqlite;
using Xunit.Runner.InProc.SystemConsole;

// The crash test starts this executable again as the process that it kills.
if (args is [CrashWriter.Argument, var folder, var firstNumber])
{
    await CrashWriter.RunAsync(folder, long.Parse(firstNumber, CultureInfo.InvariantCulture));
    return 0;
}

return await ConsoleRunner.Run(args);
