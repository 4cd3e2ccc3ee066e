using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using CsCheck;
using Dapr.Client;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace EmbeddedDapr.Server.Tests.Malformed;

/// <summary>gRPC calls whose messages, framing or HTTP/2 frames are broken.</summary>
public sealed class MalformedGrpcTests(MalformedHost host) : IClassFixture<MalformedHost>
{
    private const int Calls = 3_000;
    private const int Connections = 500;
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StreamMax = TimeSpan.FromMilliseconds(200);

    private static readonly MethodDescriptor[] Methods =
        [.. global::Dapr.Client.Autogen.Grpc.v1.DaprReflection.Descriptor.Services.Single(service => service.Name == "Dapr").Methods.Where(method => method.Name != "Shutdown")];

    private static readonly Gen<(MethodDescriptor Method, byte[] Message, int Flaw)> Call =
        Gen.Int[0, Methods.Length - 1].SelectMany(index => Gen.Select(Gen.Const(Methods[index]), Message(Methods[index].InputType), Gen.Int[0, 9]));

    [Fact]
    public async Task Each_call_ends_and_reaches_nobody_elses_state()
    {
        using var handler = new SocketsHttpHandler();
        using var client = new HttpMessageInvoker(handler);

        await Call.SampleAsync(
            call => CallAsync(client, call.Method, Frame(call.Message, call.Flaw)),
            iter: Calls,
            threads: 4,
            print: call => $"{call.Method.Name} flaw {call.Flaw} {Convert.ToHexString(call.Message.AsSpan(0, Math.Min(300, call.Message.Length)))}");

        await AssertAliveAndUntouchedAsync();
    }

    [Fact]
    public async Task Broken_frames_end_their_connection_only()
    {
        await Gen.Select(Gen.Byte[0, 12], Gen.Byte, Gen.UInt, Gen.Byte.Array[0, 64], Gen.Int[-8, 8]).Array[1, 8].SampleAsync(
            frames => SendFramesAsync(frames),
            iter: Connections,
            threads: 4);

        await AssertAliveAndUntouchedAsync();
    }

    private async Task AssertAliveAndUntouchedAsync()
    {
        using var dapr = new DaprClientBuilder().UseGrpcEndpoint(host.Dapr.GrpcEndpoint.ToString()).UseHttpEndpoint(host.Dapr.HttpEndpoint.ToString()).Build();
        Assert.Equal("mine", await dapr.GetStateAsync<string>("store", "victim"));
        Assert.Equal(("mine", "mine"), await host.VictimAsync());
        Assert.True(host.Crashes.Count == 0, string.Join("\n", host.Crashes.Take(10)));
    }

    private async Task CallAsync(HttpMessageInvoker client, MethodDescriptor method, byte[] body)
    {
        var isStream = method.IsClientStreaming || method.IsServerStreaming;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(isStream ? StreamMax : AnswerMax);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Dapr.GrpcEndpoint, $"/{method.Service.FullName}/{method.Name}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        request.Headers.TryAddWithoutValidation("te", "trailers");
        try
        {
            using var answer = await client.SendAsync(request, limit.Token);
            await answer.Content.ReadAsByteArrayAsync(limit.Token);
            Assert.True(
                answer.TrailingHeaders.Contains("grpc-status") || answer.Headers.Contains("grpc-status") || answer.StatusCode != HttpStatusCode.OK,
                "an answer without a status");
        }
        catch (HttpRequestException)
        {
            // The stream was reset: what came was no call.
        }
        catch (OperationCanceledException) when (isStream && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            // A stream that waits for more is no hang.
        }
    }

    /// <summary>A message in its frame of five bytes, which is wrong in some cases.</summary>
    private static byte[] Frame(byte[] message, int flaw)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = (byte)(flaw == 1 ? 1 : flaw == 2 ? 7 : 0); // compressed though no encoding was told; no such flag
        var length = flaw switch { 3 => message.Length + 10, 4 => Math.Max(0, message.Length - 3), 5 => int.MaxValue, _ => message.Length };
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length);
        message.CopyTo(frame, 5);
        return flaw == 6 ? frame[..Math.Min(3, frame.Length)] : flaw == 7 ? [.. frame, .. frame] : frame;
    }

    /// <summary>A message of a type with nasty values, or with bytes of it changed, or no message at all.</summary>
    private static Gen<byte[]> Message(MessageDescriptor type) => Gen.Frequency(
        (6, Filled(type, depth: 0).Select(message => message.ToByteArray())),
        (2, Gen.Select(Filled(type, depth: 0), Gen.Int, Gen.Byte).Select((message, at, value) => Changed(message.ToByteArray(), at, value))),
        (2, Gen.Byte.Array[0, 100]));

    private static byte[] Changed(byte[] bytes, int at, byte value)
    {
        if (bytes.Length > 0)
        {
            bytes[(int)((uint)at % bytes.Length)] = value;
        }

        return bytes;
    }

    private static Gen<IMessage> Filled(MessageDescriptor type, int depth) =>
        Gen.Select(Nasty.Text, Nasty.Text, Gen.Int[-2, 100], Gen.Byte.Array[0, 30]).Array[1, 4].Select(values => Fill(type, values, depth));

    private static IMessage Fill(MessageDescriptor type, (string First, string Second, int Number, byte[] Bytes)[] values, int depth)
    {
        var message = (IMessage)Activator.CreateInstance(type.ClrType)!;
        for (var index = 0; index < type.Fields.InDeclarationOrder().Count; index++)
        {
            var field = type.Fields.InDeclarationOrder()[index];
            var value = values[index % values.Length];
            if (field.IsMap && field.MessageType.Fields[1].FieldType == FieldType.String && field.MessageType.Fields[2].FieldType == FieldType.String)
            {
                ((System.Collections.IDictionary)field.Accessor.GetValue(message))[value.First] = value.Second;
            }
            else if (!field.IsMap && field.IsRepeated && One(field, value, values, depth) is { } item)
            {
                ((System.Collections.IList)field.Accessor.GetValue(message)).Add(item);
            }
            else if (!field.IsMap && !field.IsRepeated && One(field, value, values, depth) is { } single)
            {
                field.Accessor.SetValue(message, single);
            }
        }

        return message;
    }

    private static object? One(FieldDescriptor field, (string First, string Second, int Number, byte[] Bytes) value, (string, string, int, byte[])[] values, int depth) => field.FieldType switch
    {
        FieldType.String => value.Number % 2 == 0 ? value.First : value.Second,
        FieldType.Bytes => ByteString.CopyFrom(value.Bytes),
        FieldType.Bool => value.Number % 2 == 0,
        FieldType.Int32 => value.Number,
        FieldType.Int64 => (long)value.Number,
        FieldType.UInt32 => (uint)value.Number,
        FieldType.Double => (double)value.Number,
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, value.Number),
        FieldType.Message when depth < 4 && !field.MessageType.FullName.StartsWith("google.protobuf.", StringComparison.Ordinal) => Fill(field.MessageType, values, depth + 1),
        _ => null,
    };

    private async Task SendFramesAsync((byte Type, byte Flags, uint Stream, byte[] Payload, int LengthError)[] frames)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(AnswerMax);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, host.Dapr.GrpcEndpoint.Port, limit.Token);
        var bytes = new List<byte>("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        bytes.AddRange([0, 0, 0, 4, 0, 0, 0, 0, 0]); // settings
        foreach (var (type, flags, stream, payload, lengthError) in frames)
        {
            var head = new byte[9];
            BinaryPrimitives.WriteInt32BigEndian(head, Math.Max(0, payload.Length + lengthError) << 8);
            head[3] = type;
            head[4] = flags;
            BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(5), stream);
            bytes.AddRange(head);
            bytes.AddRange(payload);
        }

        try
        {
            await socket.SendAsync(bytes.ToArray(), limit.Token);
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer, limit.Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset.
        }
    }
}
