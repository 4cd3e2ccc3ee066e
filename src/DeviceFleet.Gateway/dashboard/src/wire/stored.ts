// The gateway's own samples of its messages, for tests.
import { readFileSync } from 'node:fs';

const SAMPLES = new URL('../../../../../tests/DeviceFleet.Contracts.Tests/Samples/', import.meta.url);

export function stored(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, SAMPLES), 'utf8')) as unknown;
}
