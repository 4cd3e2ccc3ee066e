namespace EmbeddedDapr;

/// <content>Actors (contract section 2.11).</content>
public static partial class ApiErrors
{
    /// <summary>A name in the URL that must not be there.</summary>
    public static ApiError BadRequest(string why) => new("ERR_BAD_REQUEST", $"invalid request: {why}", 400, GrpcCode.InvalidArgument);

    /// <summary>An actor call failed.</summary>
    public static ApiError ActorInvoke(string why) => new("ERR_ACTOR_INVOKE_METHOD", $"error invoke actor method: {why}", 500, GrpcCode.Internal);

    /// <summary>Nobody hosts the type.</summary>
    public static ApiError ActorNoAddress(string actorType, string actorId) => ActorInvoke(
        $"failed to lookup actor: api error: code = FailedPrecondition desc = did not find address for actor '{actorType}/{actorId}'") with
    {
        Grpc = GrpcCode.FailedPrecondition,
    };

    /// <summary>Actors are switched off.</summary>
    public static ApiError ActorNoPlacement() => new("ERR_ACTOR_NO_PLACEMENT", "placement service is not configured", 400, GrpcCode.Unavailable);

    /// <summary>Too many calls of one chain inside a turn.</summary>
    public static ApiError ActorStackDepth() => new("ERR_ACTOR_STACK_DEPTH", "maximum stack depth exceeded", 500, GrpcCode.ResourceExhausted);

    /// <summary>Too many calls wait for one actor; daprd, which has no bound, knows no such error.</summary>
    public static ApiError ActorMailboxFull(string actorType, string actorId) => new(
        "ERR_ACTOR_MAILBOX_FULL",
        $"too many calls wait for actor '{actorType}/{actorId}'",
        429,
        GrpcCode.ResourceExhausted);

    /// <summary>The engine is stopping.</summary>
    public static ApiError ActorRuntimeClosed() => new("ERR_ACTOR_RUNTIME_CLOSED", "actor runtime is closed", 503, GrpcCode.Unavailable);

    /// <summary>No state store takes actors.</summary>
    public static ApiError ActorRuntimeNotFound() => new("ERR_ACTOR_RUNTIME_NOT_FOUND", "the state store is not configured to use the actor runtime. Have you set the - name: actorStateStore value: \"true\" in your state store component file?", 500, GrpcCode.Internal);

    /// <summary>State of an actor that is not active.</summary>
    public static ApiError ActorInstanceMissing() => new("ERR_ACTOR_INSTANCE_MISSING", "actor instance is missing", 400, GrpcCode.Internal);

    /// <summary>Actor state could not be read.</summary>
    public static ApiError ActorStateGet(string why) => new("ERR_ACTOR_STATE_GET", $"error getting actor state: {why}", 500, GrpcCode.Internal);

    /// <summary>Actor state could not be written.</summary>
    public static ApiError ActorStateTransaction(string why) => new("ERR_ACTOR_STATE_TRANSACTION_SAVE", $"error saving actor transaction state: {why}", 500, GrpcCode.Internal);

    /// <summary>A type that belongs to the runtime.</summary>
    public static ApiError ActorTypeReserved(string actorType) => new("ERR_ACTOR_TYPE_RESERVED", $"actor type \"{actorType}\" is reserved for the Dapr workflow runtime; direct actor API access is not permitted", 403, GrpcCode.PermissionDenied);

    /// <summary>The app of this sidecar does not host the type; daprd, which lists nothing, knows no such error.</summary>
    public static ApiError ActorTypeNotHosted(string actorType) =>
        new("ERR_ACTOR_TYPE_NOT_HOSTED", $"actor type '{actorType}' is not hosted by the app of this sidecar", 404, GrpcCode.NotFound);

    /// <summary>The actor is not active: it was never called, or has been deactivated. daprd knows no such error.</summary>
    public static ApiError ActorNotActive(string actorType, string actorId) =>
        new("ERR_ACTOR_NOT_ACTIVE", $"actor '{actorType}/{actorId}' is not active", 404, GrpcCode.NotFound);

    /// <summary>A timer was refused.</summary>
    public static ApiError ActorTimerCreate(string why) => new("ERR_ACTOR_TIMER_CREATE", $"error creating actor timer: {why}", 500, GrpcCode.Internal);

    /// <summary>A reminder was refused.</summary>
    public static ApiError ActorReminderCreate(string why) => new("ERR_ACTOR_REMINDER_CREATE", $"error creating actor reminder: {why}", 500, GrpcCode.Internal);

    /// <summary>A reminder could not be read.</summary>
    public static ApiError ActorReminderGet(string why) => new("ERR_ACTOR_REMINDER_GET", $"error getting actor reminder: {why}", 500, GrpcCode.Internal);

    /// <summary>A reminder could not be deleted.</summary>
    public static ApiError ActorReminderDelete(string why) => new("ERR_ACTOR_REMINDER_DELETE", $"error deleting actor reminder: {why}", 500, GrpcCode.Internal);

    /// <summary>Reminders live where their type is hosted.</summary>
    public static ApiError ActorReminderNonHosted() => new("ERR_ACTOR_REMINDER_NON_HOSTED", "operations on actor reminders are only possible on hosted actor types", 403, GrpcCode.PermissionDenied);

    /// <summary>No such reminder.</summary>
    public static ApiError ActorReminderNotFound(string name) => new("ERR_ACTOR_REMINDER_NOT_FOUND", $"actor reminder not found: {name}", 404, GrpcCode.NotFound);

    /// <summary>There is one already, and it was not to be replaced.</summary>
    public static ApiError ActorReminderExists(string name) => new("ERR_ACTOR_REMINDER_ALREADY_EXISTS", $"actor reminder already exists: {name}", 409, GrpcCode.AlreadyExists);
}
