// Usage: node device.mjs MQTT_URL DEVICE_ID PASSWORD
// A device with the npm MQTT client, MQTT 5, and nothing but what docs/mqtt.md says. Prints one JSON line for each thing that happens.
// Lines on standard input tell it what to do: {"do": "sample", "seq": 1, "temp": 20.5}, {"do": "report", "version": 3, "patch": {…}}, {"do": "ask"}, {"do": "crash"}.
import { createInterface } from 'node:readline';
import mqtt from 'mqtt';

const [url, id, password] = process.argv.slice(2);
const topic = (rest) => `fleet/${id}/${rest}`;
const tell = (what, more = {}) => console.log(JSON.stringify({ what, ...more }));
const boot = Date.now();

const client = await mqtt.connectAsync(url, {
  protocolVersion: 5,
  clientId: id,
  username: id,
  password,
  will: { topic: topic('status'), payload: JSON.stringify({ online: false, boot, reason: 'connection lost' }), qos: 1, retain: true },
});
const answered = new Map(); // a command that comes again is not executed again

client.on('message', async (from, payload, packet) => {
  const message = JSON.parse(payload);
  if (from === topic('desired')) {
    tell('desired', message);
    return;
  }

  const commandId = from.split('/').at(-1);
  const { responseTopic, correlationData } = packet.properties ?? {};
  const answer = async (body) => {
    const properties = correlationData ? { correlationData } : {};
    await client.publishAsync(responseTopic ?? `${from}/result`, JSON.stringify(body), { qos: 1, properties });
  };
  if (!answered.has(commandId)) {
    answered.set(commandId, message.name === 'refuse' ? { ok: false, error: 'no' } : { ok: true, result: { echo: message.args } });
    tell('executed', { commandId, name: message.name, responseTopic, correlation: correlationData?.toString() });
    await answer({ accepted: true });
  }

  await answer(answered.get(commandId));
  tell('answered', { commandId });
});

await client.subscribeAsync([topic('desired'), topic('commands/+')], { qos: 1 });
await client.publishAsync(topic('status'), JSON.stringify({ online: true, boot }), { qos: 1, retain: true });
await client.publishAsync(topic('reported'), JSON.stringify({ patch: { deviceType: 'npm', firmware: '1.0.0' } }), { qos: 1 });
tell('ready');

const orders = {
  sample: ({ seq, temp }) => client.publishAsync(topic('telemetry'), JSON.stringify({ boot, seq, metrics: { temp } }), { qos: 1 }),
  report: ({ version, patch }) => client.publishAsync(topic('reported'), JSON.stringify({ version, patch }), { qos: 1 }),
  ask: () => client.publishAsync(topic('twin/get'), '', { qos: 1 }),
  crash: () => process.exit(0), // the socket closes without DISCONNECT: the last will speaks
};
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  await orders[order.do](order);
  tell('done', { order: order.do });
}
await client.endAsync();
