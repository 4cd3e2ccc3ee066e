using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.EndToEnd.Tests.Processes;

namespace DeviceFleet.EndToEnd.Tests.Live;

/// <summary>An answer of the API.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Value">What it holds; null unless it is a success.</param>
/// <param name="Version">The number in its entity tag; null: it has none.</param>
/// <param name="Body">As it came.</param>
internal sealed record Answer<T>(HttpStatusCode Status, T? Value, long? Version, string Body)
    where T : class
{
    /// <summary>What it holds.</summary>
    /// <exception cref="InvalidOperationException">It is no success.</exception>
    public T Sound => Value ?? throw new InvalidOperationException($"{(int)Status}: {Body}");
}

/// <summary>An operator's program: REST and nothing else.</summary>
internal sealed class FleetClient(HttpClient http) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(100);

    public HttpClient Http => http;

    public static async Task<FleetClient> SignInAsync(LocalProcess local) => new((await local.SignInAsync()).Client);

    public Task<Answer<DeviceView>> DeviceAsync(DeviceId id) => SendAsync(HttpMethod.Get, $"devices/{id}", ContractsJson.Default.DeviceView);

    public Task<Answer<DeviceRegistration>> RegisterAsync(DeviceId id, string patch) =>
        SendAsync(HttpMethod.Patch, $"devices/{id}/registration", ContractsJson.Default.DeviceRegistration, patch);

    public Task<Answer<TwinView>> TwinAsync(DeviceId id) => SendAsync(HttpMethod.Get, $"devices/{id}/twin", ContractsJson.Default.TwinView);

    public Task<Answer<TwinView>> WriteDesiredAsync(DeviceId id, string patch, long? ifVersion = null, bool replace = false) => SendAsync(
        replace ? HttpMethod.Put : HttpMethod.Patch, $"devices/{id}/twin/desired", ContractsJson.Default.TwinView, patch, ifVersion);

    public Task<Answer<DeviceCommand>> CommandAsync(DeviceId id, string order, int wait = 0, string? key = null) =>
        SendAsync(HttpMethod.Post, $"devices/{id}/commands?wait={wait}", ContractsJson.Default.DeviceCommand, order, key: key);

    public Task<Answer<DeviceCommand>> GetCommandAsync(DeviceId id, string commandId) =>
        SendAsync(HttpMethod.Get, $"devices/{id}/commands/{commandId}", ContractsJson.Default.DeviceCommand);

    public Task<Answer<CommandList>> CommandsAsync(DeviceId id) => SendAsync(HttpMethod.Get, $"devices/{id}/commands", ContractsJson.Default.CommandList);

    public Task<Answer<DeviceCommand>> CancelAsync(DeviceId id, string commandId) =>
        SendAsync(HttpMethod.Post, $"devices/{id}/commands/{commandId}/cancel", ContractsJson.Default.DeviceCommand);

    public Task<Answer<AlarmList>> AlarmsAsync(DeviceId id) => SendAsync(HttpMethod.Get, $"devices/{id}/alarms", ContractsJson.Default.AlarmList);

    public Task<Answer<DeviceAlarm>> ChangeAlarmAsync(DeviceId id, string alarmId, string action, string? text = null) => SendAsync(
        HttpMethod.Post, $"devices/{id}/alarms/{alarmId}/{action}", ContractsJson.Default.DeviceAlarm, text is null ? "{}" : JsonSerializer.Serialize(new { text }));

    public Task<Answer<FleetSettings>> SettingsAsync() => SendAsync(HttpMethod.Get, "settings", ContractsJson.Default.FleetSettings);

    public Task<Answer<GroupView>> GroupAsync(GroupPath group) => SendAsync(HttpMethod.Get, $"groups/{group.ActorId}", ContractsJson.Default.GroupView);

    /// <summary>Makes an enrolment, or changes it.</summary>
    public async Task<Enrolment> PutEnrolmentAsync(string id, byte[]? key, object? more = null)
    {
        var body = JsonSerializer.SerializeToNode(more ?? new { })!.AsObject();
        if (key is not null)
        {
            body["key"] = Convert.ToBase64String(key);
        }

        return (await SendAsync(HttpMethod.Put, $"provisioning/enrolments/{id}", ContractsJson.Default.EnrolmentWritten, body.ToJsonString())).Sound.Enrolment;
    }

    public Task<Answer<ClaimCodes>> MakeCodesAsync(string enrolment, int count) =>
        SendAsync(HttpMethod.Post, $"provisioning/enrolments/{enrolment}/codes", ContractsJson.Default.ClaimCodes, JsonSerializer.Serialize(new { count }));

    public Task<Answer<ProvisionAnswer>> ClaimAsync(ProvisionClaim claim) => SendAsync(
        HttpMethod.Post, "provisioning/claims", ContractsJson.Default.ProvisionAnswer, JsonSerializer.Serialize(claim, ContractsJson.Default.ProvisionClaim));

    public Task<Answer<DeviceIdentity>> IdentityAsync(DeviceId id) => SendAsync(HttpMethod.Get, $"devices/{id}/identity", ContractsJson.Default.DeviceIdentity);

    public Task<Answer<DeviceIdentity>> MoveAsync(DeviceId id, string move) => SendAsync(HttpMethod.Post, $"devices/{id}/identity/{move}", ContractsJson.Default.DeviceIdentity, "{}");

    public Task<Answer<DeviceIdentity>> RevokeAsync(DeviceId id, string credential = "*") =>
        SendAsync(HttpMethod.Delete, $"devices/{id}/credentials/{credential}", ContractsJson.Default.DeviceIdentity);

    public Task<Answer<SagaList>> SagasAsync() => SendAsync(HttpMethod.Get, "provisioning/sagas", ContractsJson.Default.SagaList);

    public Task<Answer<DeviceIdentity>> ChooseAsync(DeviceId id, string instance, string choice) => SendAsync(
        HttpMethod.Post, $"provisioning/sagas/{id}/choice", ContractsJson.Default.DeviceIdentity, JsonSerializer.Serialize(new { choice, instance, reason = "a test" }));

    /// <summary>Uploads an image, of which a release is to become.</summary>
    public Task<Answer<Release>> UploadAsync(string version, byte[] image, string? signature = null) => SendAsync(
        HttpMethod.Post, $"releases?version={version}{(signature is null ? null : "&signature=" + Uri.EscapeDataString(signature))}", ContractsJson.Default.Release, new ByteArrayContent(image));

    public Task<Answer<RolloutView>> BeginRolloutAsync(object request) =>
        SendAsync(HttpMethod.Post, "rollouts", ContractsJson.Default.RolloutView, JsonSerializer.Serialize(request));

    public Task<Answer<RolloutView>> RolloutAsync(string id) => SendAsync(HttpMethod.Get, $"rollouts/{id}", ContractsJson.Default.RolloutView);

    public Task<Answer<RolloutDevices>> RolloutDevicesAsync(string id) => SendAsync(HttpMethod.Get, $"rollouts/{id}/devices", ContractsJson.Default.RolloutDevices);

    /// <summary>The newest of today's audit.</summary>
    public Task<Answer<AuditPage>> AuditAsync(DeviceId? device = null) =>
        SendAsync(HttpMethod.Get, device is { } one ? $"audit?take=500&device={one}" : "audit?take=500", ContractsJson.Default.AuditPage);

    /// <summary>Asks until the answer is as wanted: for what follows from an event a moment later.</summary>
    public static async Task<T> UntilAsync<T>(string what, Func<Task<Answer<T>>> ask, Func<T, bool> wanted)
        where T : class
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = await ask();
            if (answer.Value is { } value && wanted(value))
            {
                return value;
            }

            Assert.False(limit.IsCancellationRequested, $"Not within {Patience}: {what}. Last: {(int)answer.Status} {answer.Body}");
            await Task.Delay(LookPeriod, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public void Dispose() => http.Dispose();

    private Task<Answer<T>> SendAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> type, string? body = null, long? ifVersion = null, string? key = null)
        where T : class => SendAsync(method, path, type, body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"), ifVersion, key);

    private async Task<Answer<T>> SendAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> type, HttpContent? content, long? ifVersion = null, string? key = null)
        where T : class
    {
        using var request = new HttpRequestMessage(method, new Uri("api/" + path, UriKind.Relative)) { Content = content };
        if (ifVersion is { } version)
        {
            request.Headers.TryAddWithoutValidation("If-Match", Quoted(version));
        }

        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        long? tag = answer.Headers.ETag?.Tag is { } quoted && long.TryParse(quoted.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        return new Answer<T>(answer.StatusCode, answer.IsSuccessStatusCode ? JsonSerializer.Deserialize(text, type) : null, tag, text);
    }

    private static string Quoted(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
}
