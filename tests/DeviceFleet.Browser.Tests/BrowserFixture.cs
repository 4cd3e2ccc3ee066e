using DeviceFleet.Browser.Tests;
using DeviceFleet.EndToEnd.Tests.Processes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

[assembly: AssemblyFixture(typeof(BrowserFixture))]

namespace DeviceFleet.Browser.Tests;

/// <summary>One running fleet and one headless Chromium, Debian's.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private readonly string _data = Artifacts.NewFolder();
    private LocalProcess? _local;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    internal LocalProcess Local => _local ?? throw new InvalidOperationException("Not started.");

    /// <summary>Where screenshots go; looked at by people, compared by nobody.</summary>
    public static string Screenshots { get; } = Directory.CreateDirectory(Path.Combine(Artifacts.Root, "test-output", "screenshots")).FullName;

    public async ValueTask InitializeAsync()
    {
        if (Places.FirstOrDefault(File.Exists) is not { } chromium)
        {
            return;
        }

        // With simulated devices: the pages are looked at as people see them, not empty.
        _local = await LocalProcess.StartAsync(_data, more: ["--devices", "60", "--rate", "2"]);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>A page of a browser that nobody used before.</summary>
    public async Task<IPage> NewPageAsync(int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        if (_browser is null)
        {
            Artifacts.SkipUnlessCi("Chromium is not installed");
        }

        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = height }, ColorScheme = scheme });
        return await context.NewPageAsync();
    }

    /// <summary>A page of the dashboard, signed in and live.</summary>
    public async Task<IPage> OpenAsync(string path)
    {
        var page = await NewPageAsync();
        await page.GotoAsync(Local.SignInLink.AbsoluteUri);
        await Expect(page.GetByTestId("liveness")).ToContainTextAsync("live");
        await page.GotoAsync(new Uri(Local.Dashboard, path).AbsoluteUri);
        return page;
    }

    public static Task<byte[]> ShotAsync(IPage page, string name) => page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Screenshots, name + ".png") });

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_local is not null)
        {
            await _local.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
    }
}
