using System.Security.Cryptography;
using System.Text;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.EndToEnd.Tests.Live;
using DeviceFleet.EndToEnd.Tests.Provisioning;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace DeviceFleet.Browser.Tests;

/// <summary>An administrator lets a box in, and brings new firmware to devices.</summary>
public sealed class ProvisioningPageTests(BrowserFixture browser)
{
    [Fact]
    public async Task A_box_that_waits_for_approval_is_let_in_on_the_board()
    {
        var page = await browser.OpenAsync("provisioning");
        using var client = await FleetClient.SignInAsync(browser.Local);
        var key = RandomNumberGenerator.GetBytes(EnrolmentLimits.KeyBytes);
        await client.PutEnrolmentAsync("board", key, new { needsApproval = true, allocation = new { group = "board" } });
        await using var box = new ClaimingDevice(browser.Local, "board", key, "browser-box");
        await box.ConnectAsync();
        var issued = await box.ProvisionAsync();
        await using var device = new MqttDevice(browser.Local, "browser-box");
        await device.ConnectAsync(issued.Secret);

        var card = page.GetByTestId("saga-browser-box");
        await Expect(card).ToHaveAttributeAsync("data-state", "approval");
        await Expect(page.GetByTestId("waiting-browser-box")).ToBeVisibleAsync();
        await card.ClickAsync();
        await BrowserFixture.ShotAsync(page, "provisioning-board");
        await page.GetByTestId("saga-approve").ClickAsync();
        await page.GetByTestId("saga-approve-reason").FillAsync("seen in the hall");
        await page.GetByTestId("saga-approve-confirm").ClickAsync();

        await Expect(card).ToHaveAttributeAsync("data-state", "done");
        await page.GotoAsync(new Uri(browser.Local.Dashboard, "devices/browser-box").AbsoluteUri);
        await Expect(page.GetByTestId("device-presence")).ToHaveAttributeAsync("data-presence", "online");
        await BrowserFixture.ShotAsync(page, "provisioning-identity");
    }

    [Fact]
    public async Task A_release_is_uploaded_and_rolled_out_to_three_devices()
    {
        var page = await browser.OpenAsync("rollouts?part=releases");
        await page.GetByTestId("release-new").ClickAsync();
        await page.GetByTestId("release-version").FillAsync("9.1.0");
        await page.GetByTestId("release-image").SetInputFilesAsync(new FilePayload { Name = "image.bin", MimeType = "application/octet-stream", Buffer = Encoding.UTF8.GetBytes("firmware 9.1.0") });
        await page.GetByTestId("release-upload").ClickAsync();
        await Expect(page.GetByTestId("release-9.1.0")).ToBeVisibleAsync();
        await BrowserFixture.ShotAsync(page, "provisioning-releases");

        await page.GetByTestId("roll-out-9.1.0").ClickAsync();
        await page.GetByTestId("begin-to").SelectOptionAsync("ids");
        await page.GetByLabel("Ids, parted by spaces or lines").FillAsync("sim-0001 sim-0002 sim-0003");
        await page.GetByTestId("begin-waves").FillAsync("40, 100");
        await page.GetByTestId("begin-soakMinutes").FillAsync("0");
        await page.GetByTestId("begin-dry-run").ClickAsync();
        await Expect(page.GetByTestId("begin-count")).ToContainTextAsync("3 devices");
        await page.GetByTestId("begin-go").ClickAsync();

        await Expect(page.GetByTestId("rollout-state")).ToHaveAttributeAsync("data-state", "done", new LocatorAssertionsToHaveAttributeOptions { Timeout = 60_000 });
        await Expect(page.GetByTestId("rollout-settled")).ToHaveTextAsync("3");
        await Expect(page.GetByTestId("wave-1")).ToHaveAttributeAsync("data-state", "passed");
        await Expect(page.Locator("[data-testid^=rollout-device-][data-state=updated]")).ToHaveCountAsync(3); // the marks come a moment after the counts
        await BrowserFixture.ShotAsync(page, "provisioning-rollout");
    }
}
