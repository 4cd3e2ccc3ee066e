using System.Text;
using System.Text.Json;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Jobs;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>Jobs between the API's messages and the engine, for both heads.</summary>
internal static class JobMessages
{
    private static readonly TypeRegistry Types = TypeRegistry.FromFiles(
        WrappersReflection.Descriptor, StructReflection.Descriptor, DurationReflection.Descriptor, TimestampReflection.Descriptor, AnyReflection.Descriptor, EmptyReflection.Descriptor);

    private static readonly JsonFormatter Formatter = new(new JsonFormatter.Settings(formatDefaultValues: false, Types));

    /// <summary>A message as the engine wants it. The default failure policy is filled in, so that GET shows it (recorded: grpc-job-get).</summary>
    public static JobRequest ToRequest(Proto.Job job, bool overwrite)
    {
        job.FailurePolicy ??= new Proto.JobFailurePolicy
        {
            Constant = new Proto.JobFailurePolicyConstant { Interval = Duration.FromTimeSpan(ReminderFailurePolicy.Default.Interval), MaxRetries = (uint)ReminderFailurePolicy.Default.RetriesMax! },
        };
        return new JobRequest
        {
            Name = job.Name,
            Schedule = job.HasSchedule ? job.Schedule : null,
            Repeats = job.HasRepeats ? job.Repeats : null,
            DueTime = job.HasDueTime ? job.DueTime : null,
            Ttl = job.HasTtl ? job.Ttl : null,
            Policy = Policy(job.FailurePolicy),
            Overwrite = overwrite,
            Payload = Payload(job.Data),
            Description = job.ToByteArray(),
        };
    }

    /// <summary>A job as the HTTP API shows it.</summary>
    public static byte[] ToJson(ReadOnlyMemory<byte> description)
    {
        var job = Proto.Job.Parser.ParseFrom(description.Span);
        try
        {
            return Encoding.UTF8.GetBytes(Formatter.Format(job));
        }
        catch (InvalidOperationException)
        {
            // A type that is not known here; its bytes stand for it.
            var data = job.Data;
            job.Data = Any.Pack(Value.ForStruct(new Struct { Fields = { ["typeUrl"] = Value.ForString(data.TypeUrl), ["value"] = Value.ForString(data.Value.ToBase64()) } }));
            return Encoding.UTF8.GetBytes(Formatter.Format(job));
        }
    }

    private static ReminderFailurePolicy Policy(Proto.JobFailurePolicy policy) => policy.PolicyCase == Proto.JobFailurePolicy.PolicyOneofCase.Drop
        ? ReminderFailurePolicy.Drop
        : new ReminderFailurePolicy(
            policy.Constant?.Interval?.ToTimeSpan() is { } interval && interval >= TimeSpan.Zero ? interval : ReminderFailurePolicy.Default.Interval,
            policy.Constant is { HasMaxRetries: true } constant ? (int)Math.Min(constant.MaxRetries, int.MaxValue) : null);

    /// <summary>Only a <c>google.protobuf.Value</c> becomes JSON; of everything else the app gets the bytes, without white space at both ends (recorded: grpc-job-data).</summary>
    private static ReadOnlyMemory<byte> Payload(Any? data)
    {
        if (data is null)
        {
            return default;
        }

        if (data.Is(Value.Descriptor))
        {
            try
            {
                return GoJson.Reencode(Encoding.UTF8.GetBytes(Formatter.Format(data.Unpack<Value>())), out _) ?? default;
            }
            catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidOperationException or JsonException)
            {
                // Not what its type says: bytes like any others.
            }
        }

        return data.Value.Memory.Trim(" \t\n\v\f\r"u8);
    }
}
