using System.Text.RegularExpressions;

namespace DeviceFleet.Architecture.Tests.Repository;

public sealed partial class HygieneTests
{
    private const long FileBytesMax = 1024 * 1024;
    private const int ProgramLinesMax = 59;

    [Fact]
    public void No_file_is_larger_than_a_mebibyte()
    {
        var large = Checkout.Files.Where(file => new FileInfo(Checkout.PathOf(file)).Length > FileBytesMax);

        Faults.None(large);
    }

    [Fact]
    public void No_lock_file_names_a_package_host()
    {
        var locks = Checkout.Files.Where(file => Path.GetFileName(file) is "package-lock.json" or "npm-shrinkwrap.json" or "packages.lock.json");

        var naming = locks.Where(file => HostInLockFile().IsMatch(Checkout.Read(file)));

        Faults.None(naming);
    }

    [Fact]
    public void No_generated_or_local_file_is_kept()
    {
        var kept = Checkout.Files.Where(file => KeptByMistake().IsMatch(file));

        Faults.None(kept);
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_every_entry_of_the_solution_exists()
    {
        var onDisk = Checkout.Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)).Except(OutsideTheSolution).Order(StringComparer.Ordinal);

        var inSolution = ProjectInSolution().Matches(Checkout.Read("DeviceFleet.sln"))
            .Select(match => match.Groups["path"].Value.Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

        Assert.Equal(onDisk, inSolution);
    }

    [Fact]
    public void Every_program_file_of_a_product_is_a_table_of_contents()
    {
        var programs = Checkout.Files.Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith("/Program.cs", StringComparison.Ordinal));

        var tooLong = programs.Select(file => (file, lines: File.ReadAllLines(Checkout.PathOf(file)).Length)).Where(program => program.lines > ProgramLinesMax);

        Faults.None(tooLong.Select(program => $"{program.file}: {program.lines} lines"));
    }

    [Fact]
    public void Every_relative_link_in_a_document_leads_to_a_file()
    {
        var broken =
            from document in Checkout.Files
            where document.EndsWith(".md", StringComparison.Ordinal)
            from Match link in Link().Matches(FencedCode().Replace(Checkout.Read(document), string.Empty))
            let target = link.Groups["target"].Value
            where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#') && !target.StartsWith("mailto:", StringComparison.Ordinal)
            let path = Path.Combine(Path.GetDirectoryName(Checkout.PathOf(document))!, Uri.UnescapeDataString(target.Split('#')[0]))
            where !Path.Exists(path)
            select $"{document} -> {target}";

        Faults.None(broken);
    }

    [Theory]
    [InlineData("test.sh")]
    [InlineData(".ci/run")]
    public void Scripts_can_be_run(string script)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no run bit.");
        }
        else
        {
            Assert.True(File.GetUnixFileMode(Checkout.PathOf(script)).HasFlag(UnixFileMode.UserExecute), $"{script} has no run bit");
        }
    }

    /// <summary>Projects that need packages which not every build can restore; DESIGN keeps them out of the default build.</summary>
    private static IReadOnlyList<string> OutsideTheSolution => ["load/DeviceFleet.Load.NBomber/DeviceFleet.Load.NBomber.csproj"];

    [GeneratedRegex("\"resolved\"\\s*:\\s*\"https?:")]
    private static partial Regex HostInLockFile();

    [GeneratedRegex(@"(^|/)(bin|obj|artifacts|node_modules|dist|test-output)/|\.(dll|exe|pdb|db|db-wal|db-shm|sqlite|log|user)$")]
    private static partial Regex KeptByMistake();

    [GeneratedRegex("^Project\\(.*\\) = \".*\", \"(?<path>[^\"]+\\.csproj)\"", RegexOptions.Multiline)]
    private static partial Regex ProjectInSolution();

    [GeneratedRegex(@"\[[^\]]*\]\((?<target>[^)\s]+)(\s+""[^""]*"")?\)")]
    private static partial Regex Link();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex FencedCode();
}
