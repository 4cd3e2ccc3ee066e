// Uses each building block as a program written with @dapr/dapr does. One line of JSON for each: {"block", "error"}; error is null if all went well.
//
//   node run.mjs http|grpc APP_PORT DAPR_HTTP_PORT DAPR_GRPC_PORT
//
// The protocol is both that of the client towards the sidecar and that of the app the sidecar calls.
import assert from "node:assert/strict";
import { once, EventEmitter } from "node:events";
import dapr from "@dapr/dapr";
import { blocks, CounterActor } from "./blocks.mjs";

const { CommunicationProtocolEnum, DaprClient, DaprServer, LogLevel } = dapr;
const [protocol, appPort, httpPort, grpcPort] = process.argv.slice(2);
const communicationProtocol = protocol === "grpc" ? CommunicationProtocolEnum.GRPC : CommunicationProtocolEnum.HTTP;
const daprPort = protocol === "grpc" ? grpcPort : httpPort;
const quiet = { level: LogLevel.Error };
const clientOptions = { daprHost: "127.0.0.1", daprPort, communicationProtocol, logger: quiet };

const events = new EventEmitter();
const arrived = [];

/** Notes a call into the app; `next` hands it out. */
function note(name, value) {
  arrived.push({ name, value });
  events.emit("arrived");
}

/** The first value noted under a name, now or later. */
async function next(name) {
  for (;;) {
    const at = arrived.findIndex((call) => call.name === name);
    if (at >= 0) return arrived.splice(at, 1)[0].value;
    await once(events, "arrived", { signal: AbortSignal.timeout(20000) });
  }
}

const server = new DaprServer({ serverHost: "127.0.0.1", serverPort: appPort, communicationProtocol, clientOptions, logger: quiet });
CounterActor.note = note;
await server.pubsub.subscribe("pubsub", "orders", async (data) => note("orders", data));
await server.pubsub.subscribeBulk("pubsub", "bulk", async (data) => note("bulk", data));
await server.binding.receive("tick", async () => note("tick", true));
await server.invoker.listen("echo", async (data) => ({ method: data.metadata?.httpMethod ?? null, body: data.body }), { method: dapr.HttpMethod.POST });
if (protocol === "http") {
  await server.actor.init();
  await server.actor.registerActor(CounterActor);
}
await server.start();
const client = new DaprClient(clientOptions);

for (const [block, { only, run }] of Object.entries(blocks)) {
  if (only && only !== protocol) continue;
  let error = null;
  try {
    await run({ client, next, assert, protocol, clientOptions });
  } catch (failure) {
    error = failure?.stack ?? String(failure);
  }
  console.log(JSON.stringify({ block, error }));
}
process.exit(0);
