using System.Diagnostics.Metrics;

namespace EmbeddedDapr.Diagnostics;

/// <summary>
/// What the runtime measures, under the names of daprd's Prometheus series (contract section 10.2, process contract section 6), so that dashboards carry over. Unit <c>ms</c> marks
/// latencies, <c>By</c> sizes. Nobody listening, nothing is measured.
/// </summary>
public static class RuntimeInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "EmbeddedDapr.Runtime";

    private const string Milliseconds = "ms";
    private const string Bytes = "By";
    private static readonly Meter Meter = new(MeterName);

    internal static readonly Counter<long> HttpServerRequests = Counter("http_server_request_count", "Number of HTTP requests started in server.");
    internal static readonly Counter<long> HttpServerResponses = Counter("http_server_response_count", "The number of HTTP responses.");
    internal static readonly Histogram<double> HttpServerLatency = Latency("http_server_latency", "HTTP request end to end latency in server.");
    internal static readonly Histogram<double> HttpServerRequestBytes = Size("http_server_request_bytes", "HTTP request body size if its length is announced.");
    internal static readonly Histogram<double> HttpServerResponseBytes = Size("http_server_response_bytes", "HTTP response body size.");

    internal static readonly Counter<long> HttpClientCompleted = Counter("http_client_completed_count", "Count of completed requests to the app.");
    internal static readonly Histogram<double> HttpClientLatency = Latency("http_client_roundtrip_latency", "Time from the request to the app to the end of its answer.");
    internal static readonly Histogram<double> HttpClientSentBytes = Size("http_client_sent_bytes", "Bytes sent to the app in request bodies.");
    internal static readonly Histogram<double> HttpClientReceivedBytes = Size("http_client_received_bytes", "Bytes received from the app in response bodies.");
    internal static readonly Counter<long> HealthProbes = Counter("http_healthprobes_completed_count", "Count of completed health probes.");
    internal static readonly Histogram<double> HealthProbeLatency = Latency("http_healthprobes_roundtrip_latency", "Time from a health probe to its answer.");

    internal static readonly Counter<long> GrpcServerCompleted = Counter("grpc_io_server_completed_rpcs", "Count of RPCs by method and status.");
    internal static readonly Histogram<double> GrpcServerLatency = Latency("grpc_io_server_server_latency", "Time from a call to the end of its answer.");

    internal static readonly Counter<long> StateCount = Counter("component_state_count", "The number of operations performed on the state component.");
    internal static readonly Histogram<double> StateLatency = Latency("component_state_latencies", "The latency of the response from the state component.");
    internal static readonly Counter<long> SecretCount = Counter("component_secret_count", "The number of operations performed on the secret component.");
    internal static readonly Histogram<double> SecretLatency = Latency("component_secret_latencies", "The latency of the response from the secret component.");
    internal static readonly Counter<long> ConfigurationCount = Counter("component_configuration_count", "The number of operations performed on the configuration component.");
    internal static readonly Histogram<double> ConfigurationLatency = Latency("component_configuration_latencies", "The latency of the response from the configuration component.");
    internal static readonly Counter<long> OutputBindingCount = Counter("component_output_binding_count", "The number of operations invoked on the output binding component.");
    internal static readonly Histogram<double> OutputBindingLatency = Latency("component_output_binding_latencies", "The latency of the response from the output binding component.");
    internal static readonly Counter<long> InputBindingCount = Counter("component_input_binding_count", "The number of incoming events arriving from the input binding component.");
    internal static readonly Histogram<double> InputBindingLatency = Latency("component_input_binding_latencies", "The triggered app event processing latency.");

    internal static readonly Counter<long> IngressCount = Counter("component_pubsub_ingress_count", "The number of incoming messages arriving from the pub/sub component.");
    internal static readonly Histogram<double> IngressLatency = Latency("component_pubsub_ingress_latencies", "The consuming app event processing latency.");
    internal static readonly Counter<long> BulkIngressCount = Counter("component_pubsub_ingress_bulk_count", "The number of incoming bulk subscribe calls.");
    internal static readonly Counter<long> BulkIngressEvents = Counter("component_pubsub_ingress_bulk_event_count", "Total number of incoming messages of bulk subscriptions.");
    internal static readonly Histogram<double> BulkIngressLatency = Latency("component_pubsub_ingress_bulk_latencies", "The consuming app event processing latency for bulk subscriptions.");
    internal static readonly Counter<long> EgressCount = Counter("component_pubsub_egress_count", "The number of outgoing messages published to the pub/sub component.");
    internal static readonly Histogram<double> EgressLatency = Latency("component_pubsub_egress_latencies", "The latency of the response from the pub/sub component.");
    internal static readonly Counter<long> BulkEgressCount = Counter("component_pubsub_egress_bulk_count", "The number of bulk publish calls to the pub/sub component.");
    internal static readonly Counter<long> BulkEgressEvents = Counter("component_pubsub_egress_bulk_event_count", "The number of outgoing messages of the bulk publish API.");
    internal static readonly Histogram<double> BulkEgressLatency = Latency("component_pubsub_egress_bulk_latencies", "The latency of the response for the bulk publish call.");

    internal static readonly Counter<long> JobSuccess = Counter("component_job_success_count", "The number of successful job triggers.");
    internal static readonly Counter<long> JobFailure = Counter("component_job_failure_count", "The number of failed job triggers.");
    internal static readonly Histogram<double> JobLatency = Latency("component_job_latencies", "The latency of the response from the app that processed the triggered job.");

    internal static readonly Counter<long> ComponentInit = Counter("runtime_component_init_total", "The number of initialized components.");
    internal static readonly Counter<long> ComponentInitFailed = Counter("runtime_component_init_fail_total", "The number of component initialization failures.");

    internal static readonly Gauge<long> ActorPendingCalls = Gauge("runtime_actor_pending_actor_calls", "The number of pending actor calls waiting to acquire the per-actor lock.");
    internal static readonly Gauge<long> ActorTimers = Gauge("runtime_actor_timers", "The number of actor timers requests.");
    internal static readonly Gauge<long> ActorReminders = Gauge("runtime_actor_reminders", "The number of actor reminders requests.");
    internal static readonly Counter<long> ActorTimersFired = Counter("runtime_actor_timers_fired_total", "The number of actor timers fired requests.");
    internal static readonly Counter<long> ActorRemindersFired = Counter("runtime_actor_reminders_fired_total", "The number of actor reminders fired requests.");
    internal static readonly Counter<long> ActorDeactivated = Counter("runtime_actor_deactivated_total", "The number of the successful actor deactivation.");
    internal static readonly Counter<long> ActorDeactivationFailed = Counter("runtime_actor_deactivated_failed_total", "The number of the failed actor deactivation.");

    internal static readonly Counter<long> InvocationSent = Counter("runtime_service_invocation_req_sent_total", "The number of requests sent via service invocation.");
    internal static readonly Counter<long> InvocationReceived = Counter("runtime_service_invocation_req_recv_total", "The number of requests received via service invocation.");
    internal static readonly Counter<long> InvocationAnswered = Counter("runtime_service_invocation_res_sent_total", "The number of responses sent via service invocation.");
    internal static readonly Counter<long> InvocationAnswersReceived = Counter("runtime_service_invocation_res_recv_total", "The number of responses received via service invocation.");
    internal static readonly Histogram<double> InvocationLatency = Latency("runtime_service_invocation_res_recv_latency_ms", "The latency of service invocation response.");

    internal static readonly Counter<long> PoliciesLoaded = Counter("resiliency_loaded", "Number of resiliency policies loaded.");
    internal static readonly Counter<long> PoliciesExecuted = Counter("resiliency_count", "Number of times a resiliency policy has been applied.");
    internal static readonly Counter<long> PoliciesActivated = Counter("resiliency_activations_total", "Number of times a resiliency policy has been activated after a failure or a state change.");
    internal static readonly Gauge<long> BreakerState = Gauge("resiliency_cb_state", "A circuit breaker's state: 1 for the state it is in, 0 for the others.");

    internal static readonly Counter<long> ErrorCodes = Counter("error_code_total", "Number of times an error with a specific code was answered.");

    private static Counter<long> Counter(string name, string description) => Meter.CreateCounter<long>("dapr_" + name, unit: null, description);

    private static Gauge<long> Gauge(string name, string description) => Meter.CreateGauge<long>("dapr_" + name, unit: null, description);

    private static Histogram<double> Latency(string name, string description) => Meter.CreateHistogram<double>("dapr_" + name, Milliseconds, description);

    private static Histogram<double> Size(string name, string description) => Meter.CreateHistogram<double>("dapr_" + name, Bytes, description);
}
