using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Simulator.Devices;
using DeviceFleet.Simulator.Profiles;
using MQTTnet;

namespace DeviceFleet.Simulator.Provisioning;

/// <summary>
/// A device that asks to be let in, over one MQTT connection under a claim id: it subscribes to its answers, claims, and claims again with a new nonce when an answer stays away
/// or says so. Whatever an earlier claim was answered and the answer got lost is told again by the service, so a device may begin anew at any moment.
/// </summary>
internal sealed class ClaimClient(string hardwareId, ulong seed, SimulatorProvisioning provisioning, FleetContext fleet)
{
    private const ulong WaitChannel = 1_002;
    private const int AnswersMax = 16;
    private const int NoncesMax = 16;

    private static readonly TimeSpan WaitMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(2);

    private readonly byte[] _deviceKey = ProofMaker.DeviceKey(provisioning.Key.Span, hardwareId);
    private DeviceId _claimId = NewClaimId();
    private ulong _waits;

    /// <summary>Asks until there is an identity, a refusal, or the connection ends: an identity, later, or final.</summary>
    public async Task<ClaimOutcome> RunAsync(CancellationToken stop)
    {
        var answers = Channel.CreateBounded<ProvisionAnswer>(
            new BoundedChannelOptions(AnswersMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        switch (await ConnectAsync(answers.Writer, stop))
        {
            case ConnectOutcome.Connected(var connection):
                using (connection)
                {
                    return await UseAsync(connection, answers, stop);
                }

            case ConnectOutcome.Refused(var reason, _):
                _claimId = NewClaimId(); // its connection before this one may still be held for alive
                return new ClaimOutcome.Later($"claim's connection refused: {reason}", null);
            case ConnectOutcome.Unavailable(var reason):
                return new ClaimOutcome.Later(reason, null);
            default:
                throw new InvalidOperationException("No other outcome.");
        }
    }

    private async Task<ConnectOutcome> ConnectAsync(ChannelWriter<ProvisionAnswer> answers, CancellationToken stop)
    {
        using var turn = await fleet.Gate.EnterAsync(stop);
        return await DeviceConnection.OpenAsync(
            fleet.Clients, ConnectRequest.OfClaim(_claimId, fleet.Options), message => Receive(message, answers), fleet.Options.ConnectTimeout, fleet.Time, stop);
    }

    private async Task<ClaimOutcome> UseAsync(DeviceConnection connection, Channel<ProvisionAnswer> answers, CancellationToken stop)
    {
        _ = CloseOnLossAsync(connection, answers.Writer); // ends with the connection at the latest
        var fault = await connection.TrySubscribeAsync([MqttTopics.ProvisionResponse(_claimId)]).WaitAsync(stop);
        var outcome = fault is null ? await AskAsync(connection, answers.Reader, stop) : new ClaimOutcome.Later(fault, null);
        await SayGoodbyeAsync(connection);
        return outcome;
    }

    private async Task<ClaimOutcome> AskAsync(DeviceConnection connection, ChannelReader<ProvisionAnswer> answers, CancellationToken stop)
    {
        var nonces = new Queue<string>();
        for (var patience = provisioning.AnswerTimeout; ; patience = Min(patience * 2, provisioning.AskAgainMax))
        {
            var claim = ProofMaker.Claim(provisioning.EnrolmentId, hardwareId, _deviceKey, fleet.Time.GetUtcNow());
            nonces.Enqueue(claim.Nonce);
            if (nonces.Count > NoncesMax)
            {
                nonces.Dequeue();
            }

            fleet.Stats.NoteClaim();
            var payload = JsonSerializer.SerializeToUtf8Bytes(claim, ContractsJson.Default.ProvisionClaim);
            if (!await connection.TryPublishAsync(MqttTopics.ProvisionRequest(_claimId), payload, correlation: null).WaitAsync(stop))
            {
                return await LostAsync(connection, stop);
            }

            if (await ListenAsync(nonces, answers, patience, stop) is { } outcome)
            {
                return outcome is ClaimOutcome.Lost ? await LostAsync(connection, stop) : outcome;
            }
        }
    }

    /// <summary>Takes answers until one ends the matter, or it is time to ask again (null).</summary>
    private async Task<ClaimOutcome?> ListenAsync(Queue<string> nonces, ChannelReader<ProvisionAnswer> answers, TimeSpan patience, CancellationToken stop)
    {
        var wait = Spread(patience);
        while (true)
        {
            using var late = new CancellationTokenSource(wait, fleet.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
            ProvisionAnswer answer;
            try
            {
                answer = await answers.ReadAsync(either.Token);
            }
            catch (ChannelClosedException)
            {
                return new ClaimOutcome.Lost();
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                return null;
            }

            if (!nonces.Contains(answer.Nonce))
            {
                fleet.Stats.NoteError("an answer to a claim that was not made");
                continue;
            }

            switch (ClaimOutcome.Of(answer, hardwareId))
            {
                case ClaimOutcome.Pending(var askAfter):
                    wait = Spread(Max(askAfter ?? TimeSpan.Zero, patience)); // the answer comes by itself; to ask is for when it was lost
                    break;
                case ClaimOutcome.Issued issued:
                    return issued;
                case var refused:
                    fleet.Stats.NoteClaimRefused();
                    return refused;
            }
        }
    }

    /// <summary>A little longer, for each device and time otherwise: many that began together do not go on together.</summary>
    private TimeSpan Spread(TimeSpan wait) => Max(wait, WaitMin) * (1 + (0.25 * SeededNoise.Unit(seed, WaitChannel, _waits++)));

    private void Receive(MqttApplicationMessage message, ChannelWriter<ProvisionAnswer> answers)
    {
        try
        {
            var payload = message.Payload.IsSingleSegment ? message.Payload.FirstSpan : message.Payload.ToArray();
            if (JsonSerializer.Deserialize(payload, ContractsJson.Default.ProvisionAnswer) is { } answer)
            {
                answers.TryWrite(answer);
            }
        }
        catch (JsonException)
        {
            fleet.Stats.NoteError($"not understood on {message.Topic}"); // without the text: it may hold a secret
        }
    }

    private static async Task CloseOnLossAsync(DeviceConnection connection, ChannelWriter<ProvisionAnswer> answers)
    {
        await connection.LostAsync(CancellationToken.None);
        answers.TryComplete();
    }

    private static async Task<ClaimOutcome> LostAsync(DeviceConnection connection, CancellationToken stop) =>
        new ClaimOutcome.Later(await connection.LostAsync(stop), null);

    private async Task SayGoodbyeAsync(DeviceConnection connection)
    {
        using var late = new CancellationTokenSource(GoodbyeTimeout, fleet.Time);
        await connection.TryDisconnectAsync(late.Token);
    }

    private static DeviceId NewClaimId() => DeviceId.Parse(ProofMaker.NewClaimId());

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
