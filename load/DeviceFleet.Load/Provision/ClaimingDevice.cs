using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Load.Mqtt;
using DeviceFleet.Simulator.Provisioning;

namespace DeviceFleet.Load.Provision;

/// <summary>One device of a burst: claims until it has an identity, keeps it, connects with it, says that it is there, and leaves.</summary>
internal sealed class ClaimingDevice(int number, string hardwareId, ProvisionSettings settings, IdentityStore store, ProvisionCounts counts, TimeProvider time)
{
    private const int NoncesMax = 16;

    private static readonly TimeSpan AskAgainMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReconnectDelayMax = TimeSpan.FromSeconds(1);

    private readonly byte[] _deviceKey = ProofMaker.DeviceKey(settings.Key.Span, hardwareId);
    private readonly Random _jitter = new(number);

    /// <summary>Runs the device to its end; what it came to is counted.</summary>
    /// <param name="intended">When it was meant to begin.</param>
    /// <param name="cancellationToken">Ends it early; it is counted as failed.</param>
    public async Task RunAsync(long intended, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(settings.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var (phase, fault) = ("to be let in", "no connection");
        try
        {
            SimulatorIdentity? identity = null;
            while (identity is null)
            {
                switch (await ClaimAsync(either.Token))
                {
                    case ClaimOutcome.Issued issued:
                        identity = issued.Identity;
                        break;
                    case ClaimOutcome.Final(var reason):
                        counts.NoteRefused($"{hardwareId}: {reason}");
                        return;
                    case ClaimOutcome.Later(var reason, var askAfter):
                        fault = reason;
                        await Task.Delay(askAfter ?? Jitter(), time, either.Token);
                        break;
                }
            }

            await store.StoreAsync(identity, either.Token);
            counts.UntilIssued.Record(time.GetElapsedTime(intended));
            (phase, fault) = ("to be connected with its identity", "no connection");
            await using var conversation = await ConnectAsync(identity.DeviceId.Value, identity.DeviceId.Value, identity.Secret, text => fault = text, either.Token);
            counts.UntilConnected.Record(time.GetElapsedTime(intended));
            counts.NoteConnected();
            await AppearAsync(conversation, identity.DeviceId, either.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            counts.NoteFailed($"{hardwareId} did not come {phase}: {(exception is ChannelClosedException ? "the connection ended" : fault)}");
        }
    }

    private async Task<ClaimOutcome> ClaimAsync(CancellationToken cancellationToken)
    {
        var claimId = DeviceId.Parse(ProofMaker.NewClaimId());
        await using var conversation = await ConnectAsync(MqttAccounts.ClaimClientPrefix + claimId.Value, MqttAccounts.Provision, null, _ => { }, cancellationToken);
        try
        {
            conversation.Say(writer => writer.Subscribe(MqttTopics.ProvisionResponse(claimId), 1));
            return (await conversation.NextAsync(PacketKind.SubAck, cancellationToken)).Value < 0x80
                ? await AskAsync(conversation, claimId, cancellationToken)
                : new ClaimOutcome.Later("subscription refused", null);
        }
        catch (ChannelClosedException)
        {
            return new ClaimOutcome.Later("the connection ended", null);
        }
    }

    private async Task<ClaimOutcome> AskAsync(MqttConversation conversation, DeviceId claimId, CancellationToken cancellationToken)
    {
        var topic = Encoding.UTF8.GetBytes(MqttTopics.ProvisionRequest(claimId));
        var nonces = new Queue<string>();
        var packetId = (ushort)1;
        for (var patience = settings.AskAgain; ; patience = patience * 2 < AskAgainMax ? patience * 2 : AskAgainMax)
        {
            var claim = ProofMaker.Claim(settings.Enrolment!, hardwareId, _deviceKey, time.GetUtcNow());
            nonces.Enqueue(claim.Nonce);
            if (nonces.Count > NoncesMax)
            {
                nonces.Dequeue();
            }

            counts.NoteClaim();
            var payload = JsonSerializer.SerializeToUtf8Bytes(claim, ContractsJson.Default.ProvisionClaim);
            conversation.Say(writer => writer.Publish(topic, ++packetId, payload));
            if (await ListenAsync(conversation, nonces, patience, cancellationToken) is { } outcome)
            {
                return outcome;
            }
        }
    }

    /// <summary>Takes answers until one ends the matter, or it is time to ask again (null).</summary>
    private async Task<ClaimOutcome?> ListenAsync(MqttConversation conversation, Queue<string> nonces, TimeSpan patience, CancellationToken cancellationToken)
    {
        var wait = patience;
        while (true)
        {
            using var late = new CancellationTokenSource(wait, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
            MqttPacket packet;
            try
            {
                packet = await conversation.NextAsync(PacketKind.Publish, either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return null;
            }

            var answer = JsonSerializer.Deserialize(packet.Payload, ContractsJson.Default.ProvisionAnswer);
            if (answer is null || !nonces.Contains(answer.Nonce))
            {
                continue;
            }

            switch (ClaimOutcome.Of(answer, hardwareId))
            {
                case ClaimOutcome.Pending(var askAfter):
                    counts.NotePending();
                    wait = askAfter > patience ? askAfter.Value : patience; // the answer comes by itself; to ask is for when it was lost
                    break;
                case var outcome:
                    return outcome;
            }
        }
    }

    /// <summary>Connects, and tries again until it may.</summary>
    private async Task<MqttConversation> ConnectAsync(string clientId, string userName, string? password, Action<string> onFault, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (conversation, fault) = await MqttConversation.OpenAsync(settings.Host, settings.Port, clientId, userName, password, cancellationToken);
            if (conversation is not null)
            {
                return conversation;
            }

            cancellationToken.ThrowIfCancellationRequested();
            onFault(fault!.Text);
            counts.NoteRepeatedConnect(fault.IsBusy);
            await Task.Delay(Jitter(), time, cancellationToken);
        }
    }

    /// <summary>As a device does: it says that it is there, and here also that it goes. The answers are waited for.</summary>
    private async Task AppearAsync(MqttConversation conversation, DeviceId id, CancellationToken cancellationToken)
    {
        var topic = Encoding.UTF8.GetBytes(MqttTopics.Status(id));
        var boot = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var (packetId, online) in new[] { ((ushort)1, "true"), ((ushort)2, "false,\"reason\":\"stopped\"") })
        {
            var payload = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"boot\":{boot},\"online\":{online}}}"));
            conversation.Say(writer => writer.Publish(topic, packetId, payload));
            await conversation.NextAsync(PacketKind.PubAck, cancellationToken);
        }
    }

    private TimeSpan Jitter() => ReconnectDelayMax * (0.1 + (0.9 * _jitter.NextDouble()));
}
