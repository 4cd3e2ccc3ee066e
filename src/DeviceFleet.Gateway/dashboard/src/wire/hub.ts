import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { HUB_PATH } from './contract';

/** As much of a SignalR connection as the stream uses. */
export interface Hub {
  start(): Promise<void>;
  stop(): Promise<void>;
  on(method: string, handler: (message: unknown) => void): void;
  onclose(handler: () => void): void;
  invoke(method: string, ...args: unknown[]): Promise<unknown>;
}

/** Silence of the server after which the connection counts as lost, ms; the server pings every 15 s. */
const SERVER_SILENCE_MS_MAX = 30_000;

export function openHub(): Hub {
  const hub = new HubConnectionBuilder()
    .withUrl(HUB_PATH, { transport: HttpTransportType.WebSockets | HttpTransportType.ServerSentEvents | HttpTransportType.LongPolling })
    .configureLogging(LogLevel.None) // what happens is shown on the page
    .withServerTimeout(SERVER_SILENCE_MS_MAX)
    .build();
  return hub;
}
