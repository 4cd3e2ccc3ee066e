using System.Text;
using EmbeddedDapr.Apps;

namespace EmbeddedDapr.Tests.Fakes;

/// <summary>An app that keeps what it is asked and answers as told.</summary>
internal sealed class FakeApp(Func<AppRequest, AppResponse> answer) : IAppChannel
{
    private readonly Lock _lock = new();

    public List<AppRequest> Requests { get; } = [];

    public static FakeApp Answering(int status, string body = "") => new(_ => Response(status, body));

    public static AppResponse Response(int status, string body = "") => new() { Status = status, Body = Encoding.UTF8.GetBytes(body) };

    public Task WaitUntilListeningAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask<AppResponse> SendAsync(AppRequest request, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Requests.Add(request);
        }

        return ValueTask.FromResult(answer(request));
    }

    public ValueTask DisposeAsync() => default;
}
