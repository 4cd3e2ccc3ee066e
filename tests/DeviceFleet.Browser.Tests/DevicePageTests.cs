using DeviceFleet.EndToEnd.Tests.Live;
using static Microsoft.Playwright.Assertions;

namespace DeviceFleet.Browser.Tests;

/// <summary>An operator works with one device: twin, command, registration, alarm.</summary>
public sealed class DevicePageTests(BrowserFixture browser)
{
    [Fact]
    public async Task A_write_of_desired_is_pending_until_the_device_reports_it()
    {
        await using var device = new MqttDevice(browser.Local, "browser-twin");
        await device.ConnectAsync();
        await device.SendAsync(0, 20);
        var page = await browser.OpenAsync("devices/browser-twin");

        await page.GetByTestId("twin-edit").ClickAsync();
        await page.GetByTestId("desired-text").FillAsync("""{"mode": "eco"}""");
        await page.GetByTestId("desired-write").ClickAsync();
        await Expect(page.GetByTestId("twin-state")).ToHaveAttributeAsync("data-pending", "true");

        await device.PublishAsync("fleet/browser-twin/reported", """{"patch":{"mode":"eco"}}""");
        await Expect(page.GetByTestId("twin-state")).ToHaveAttributeAsync("data-pending", "false");
        await BrowserFixture.ShotAsync(page, "device-twin");
    }

    [Fact]
    public async Task A_write_from_a_version_that_has_passed_shows_both_and_can_be_taken_over()
    {
        await using var device = new MqttDevice(browser.Local, "browser-conflict");
        await device.ConnectAsync();
        await device.SendAsync(0, 20);
        var mine = await browser.OpenAsync("devices/browser-conflict");
        await mine.GetByTestId("twin-edit").ClickAsync();
        await mine.GetByTestId("desired-text").FillAsync("""{"mode": "mine"}""");

        var other = await browser.OpenAsync("devices/browser-conflict");
        await other.GetByTestId("twin-edit").ClickAsync();
        await other.GetByTestId("desired-text").FillAsync("""{"mode": "theirs"}""");
        await other.GetByTestId("desired-write").ClickAsync();

        await Expect(mine.GetByTestId("desired-conflict")).ToContainTextAsync("theirs");
        await BrowserFixture.ShotAsync(mine, "device-conflict");
        await mine.GetByTestId("desired-overwrite").ClickAsync();
        await Expect(mine.GetByTestId("desired-editor")).ToHaveCountAsync(0);
        await Expect(other.GetByTestId("twin-panel")).ToContainTextAsync("\"mine\"");
    }

    [Fact]
    public async Task A_command_waits_for_its_device_and_can_be_taken_back()
    {
        await using (var device = new MqttDevice(browser.Local, "browser-command"))
        {
            await device.ConnectAsync();
            await device.SendAsync(0, 20);
        }

        var page = await browser.OpenAsync("devices/browser-command");
        await Expect(page.GetByTestId("device-presence")).ToHaveAttributeAsync("data-presence", "offline");
        await page.GetByTestId("command-form").GetByLabel("Command").FillAsync("reboot");
        await page.GetByTestId("command-send").ClickAsync();
        await Expect(page.GetByTestId("command-reboot")).ToHaveAttributeAsync("data-state", "queued");
        await BrowserFixture.ShotAsync(page, "device-command");

        await page.GetByTestId("command-cancel").ClickAsync();
        await Expect(page.GetByTestId("command-reboot")).ToHaveAttributeAsync("data-state", "cancelled");
    }

    [Fact]
    public async Task A_device_that_is_put_into_a_group_is_found_there()
    {
        await using var device = new MqttDevice(browser.Local, "browser-group");
        await device.ConnectAsync();
        await device.SendAsync(0, 20);
        var page = await browser.OpenAsync("devices/browser-group");

        await page.GetByTestId("registration-edit").ClickAsync();
        await page.GetByTestId("registration-group").FillAsync("lab/bench-1");
        await page.GetByTestId("registration-write").ClickAsync();
        await Expect(page.GetByTestId("registration-panel")).ToContainTextAsync("lab/bench-1");

        await page.GotoAsync(new Uri(browser.Local.Dashboard, "groups").AbsoluteUri);
        await Expect(page.GetByTestId("group-lab/bench-1")).ToBeVisibleAsync();
        await page.GotoAsync(new Uri(browser.Local.Dashboard, "devices?q=group:lab").AbsoluteUri);
        await Expect(page.GetByTestId("device-row-browser-group")).ToBeVisibleAsync();
    }
}
