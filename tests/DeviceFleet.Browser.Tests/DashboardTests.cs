using DeviceFleet.EndToEnd.Tests.Live;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace DeviceFleet.Browser.Tests;

/// <summary>A person opens the printed link and watches a device.</summary>
public sealed class DashboardTests(BrowserFixture browser)
{
    [Fact]
    public async Task A_device_goes_online_its_value_changes_and_it_goes_offline()
    {
        var page = await browser.NewPageAsync();
        var faults = Listen(page);
        await page.GotoAsync(browser.Local.SignInLink.AbsoluteUri);
        await Expect(page.GetByTestId("liveness")).ToContainTextAsync("live");
        await page.GotoAsync(new Uri(browser.Local.Dashboard, "devices?q=browser-1").AbsoluteUri);

        var device = new MqttDevice(browser.Local, "browser-1");
        await device.ConnectAsync();
        var row = page.GetByTestId("device-row-browser-1");
        await Expect(row).ToHaveAttributeAsync("data-presence", "online");
        await device.SendAsync(0, 21.5);
        await Expect(row).ToContainTextAsync("21.5");

        await row.ClickAsync();
        await Expect(page.GetByTestId("device-presence")).ToHaveAttributeAsync("data-presence", "online");
        await device.SendAsync(1, 37.25);
        await Expect(page.GetByTestId("device-metric-temp")).ToContainTextAsync("37.25");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(BrowserFixture.Screenshots, "device.png") });

        await device.DisposeAsync();
        await Expect(page.GetByTestId("device-presence")).ToHaveAttributeAsync("data-presence", "offline");
        Assert.Empty(faults);
    }

    [Fact]
    public async Task The_fleets_numbers_add_up_on_the_page()
    {
        var page = await browser.NewPageAsync();
        await using var device = new MqttDevice(browser.Local, "browser-2");
        await device.ConnectAsync();
        await device.SendAsync(0, 1);
        await device.SendAsync(0, 1);
        await page.GotoAsync(browser.Local.SignInLink.AbsoluteUri);
        await Expect(page.GetByTestId("ingest-duplicates")).Not.ToHaveTextAsync("0");

        // All four in one look: the numbers move.
        var numbers = await page.EvaluateAsync<long[]>(
            "['received', 'applied', 'duplicates', 'rejected'].map(name => Number(document.querySelector(`[data-testid=ingest-${name}]`).textContent.replace(/[^0-9]/g, '')))");

        Assert.Equal(numbers[0], numbers[1] + numbers[2] + numbers[3]);
    }

    [Theory]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(2560, ColorScheme.Light)]
    public async Task Every_page_fits_its_window(int width, ColorScheme scheme)
    {
        var page = await browser.NewPageAsync(width, 900, scheme);
        var faults = Listen(page);
        await page.GotoAsync(browser.Local.SignInLink.AbsoluteUri);
        foreach (var path in (string[])["", "devices", "alarms", "groups", "rules", "provisioning", "rollouts"])
        {
            await page.GotoAsync(new Uri(browser.Local.Dashboard, path).AbsoluteUri);
            await Expect(page.GetByTestId("liveness")).ToContainTextAsync("live");
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(BrowserFixture.Screenshots, $"{(path.Length == 0 ? "fleet" : path)}-{width}-{scheme}.png") });
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"/{path} is wider than {width} px");
        }

        Assert.Empty(faults);
    }

    [Fact]
    public async Task Without_a_sign_in_link_nothing_is_shown_but_how_to_get_one()
    {
        var page = await browser.NewPageAsync();

        var answer = await page.GotoAsync(browser.Local.Dashboard.AbsoluteUri);

        Assert.Equal(401, answer!.Status);
        await Expect(page.Locator("body")).ToContainTextAsync("sign-in link");
    }

    private static List<string> Listen(IPage page)
    {
        var faults = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                faults.Add(message.Text);
            }
        };
        page.PageError += (_, error) => faults.Add(error);
        return faults;
    }
}
