using System.Buffers;
using System.IO.Pipelines;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.ServiceDefaults.Bindings;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DeviceFleet.Devices.Tests.Ingest;

public sealed class IncomingMessageTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_small_message_keeps_a_small_buffer_while_it_is_worked_on(bool lengthKnown)
    {
        using var pool = new CountingPool();
        var message = await ReadAsync(new byte[150], lengthKnown, pool);

        Assert.Equal((150, 150), (message.Bytes, (int)message.Payload.Length));
        Assert.InRange(pool.Rented, 1, 4096);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_large_message_is_read_whole_and_a_too_large_one_only_until_that_shows(bool lengthKnown)
    {
        using var pool = new CountingPool();
        var largest = await ReadAsync(new byte[MqttTopics.PayloadBytesMax], lengthKnown, pool);
        var tooLarge = await ReadAsync(new byte[10 * MqttTopics.PayloadBytesMax], lengthKnown, pool);

        Assert.Equal((false, MqttTopics.PayloadBytesMax), (largest.IsTooLarge, (int)largest.Payload.Length));
        Assert.True(tooLarge.IsTooLarge);
        Assert.InRange(tooLarge.Payload.Length, 1, 2 * MqttTopics.PayloadBytesMax);
    }

    [Fact]
    public async Task An_empty_body_is_an_empty_payload()
    {
        using var pool = new CountingPool();
        Assert.True((await ReadAsync([], lengthKnown: false, pool)).Payload.IsEmpty);
    }

    private static async Task<IncomingMessage> ReadAsync(byte[] body, bool lengthKnown, CountingPool pool)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["topic"] = "fleet/pump-1/telemetry";
        context.Request.ContentLength = lengthKnown ? body.Length : null;
        context.Features.Set<IRequestBodyPipeFeature>(new Body(PipeReader.Create(new MemoryStream(body), new StreamPipeReaderOptions(pool))));
        return await IncomingMessage.ReadAsync(context, TimeProvider.System);
    }

    private sealed record Body(PipeReader Reader) : IRequestBodyPipeFeature;

    private sealed class CountingPool : MemoryPool<byte>
    {
        public long Rented { get; private set; }

        public override int MaxBufferSize => int.MaxValue;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            var owner = Shared.Rent(minBufferSize);
            Rented += owner.Memory.Length;
            return owner;
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
