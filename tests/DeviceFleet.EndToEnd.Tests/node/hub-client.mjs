// Usage: node hub-client.mjs SIGN_IN_LINK DEVICE_ID
// Signs in as a browser does, watches the fleet with the official npm client, and prints one JSON line for each thing it sees of the device.
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

const [signInLink, deviceId] = process.argv.slice(2);
const signIn = await fetch(signInLink, { redirect: 'manual' });
const cookie = signIn.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ');
const hub = new HubConnectionBuilder()
  .withUrl(new URL('/hubs/fleet', signInLink).href, { headers: { cookie } })
  .configureLogging(LogLevel.Error)
  .build();

const tell = (what, rows) => {
  for (const row of rows.filter((r) => r.id === deviceId)) {
    console.log(JSON.stringify({ what, presence: row.presence, temp: row.metrics.temp ?? null, applied: row.totals.applied }));
  }
};
hub.on('Snapshot', (snapshot) => {
  tell('snapshot', snapshot.devices);
  console.log(JSON.stringify({ what: 'watching', sequence: snapshot.sequence }));
});
hub.on('DeviceUpdates', (updates) => tell('update', updates.devices));
hub.onclose((error) => process.exit(error ? 1 : 0));
await hub.start();
await hub.invoke('WatchFleet');
process.stdin.on('end', () => hub.stop());
process.stdin.resume();
