// Serves the built demo under the policy that the gateway sets, and opens it in Chromium. Shared by shots.mjs and a11y.mjs.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../dist/demo', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'";

export async function serve() {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://x').pathname;
    const file = extname(path) === '' || path.endsWith('/') ? '/index.html' : path;
    try {
      const body = await readFile(join(ROOT, file));
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': POLICY }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** What the pages are looked at in. */
export const VIEWS = [
  { name: 'fleet', path: '/', scene: 'fleet' },
  { name: 'devices', path: '/devices', scene: 'fleet' },
  { name: 'devices-query', path: '/devices?q=online+and+temp%3E60&sort=-metric%3Atemperature', scene: 'fleet' },
  { name: 'devices-none', path: '/devices?q=online+and+temp%3E600', scene: 'fleet' },
  { name: 'devices-bad', path: '/devices?q=online+and+temp%3E%3E60', scene: 'fleet' },
  { name: 'devices-big', path: '/devices?sort=-seen', scene: 'big' },
  { name: 'fleet-big', path: '/', scene: 'big' },
  { name: 'device', path: '/devices/pump-002', scene: 'fleet' },
  { name: 'device-missing', path: '/devices/pump-999', scene: 'fleet' },
  { name: 'device-viewer', path: '/devices/pump-002', scene: 'viewer' },
  { name: 'device-broken', path: '/devices/pump-002', scene: 'broken' },
  { name: 'alarms', path: '/alarms', scene: 'fleet' },
  { name: 'alarms-one', path: '/alarms?state=all&at=pump-002%7Evibration-5', scene: 'fleet' },
  { name: 'alarms-none', path: '/alarms', scene: 'calm' },
  { name: 'alarms-viewer', path: '/alarms', scene: 'viewer' },
  { name: 'alarms-broken', path: '/alarms', scene: 'broken' },
  { name: 'alarms-stale', path: '/alarms', scene: 'stale' },
  { name: 'groups', path: '/groups', scene: 'fleet' },
  { name: 'groups-stale', path: '/groups', scene: 'stale' },
  { name: 'rules', path: '/rules', scene: 'fleet' },
  { name: 'rules-none', path: '/rules', scene: 'calm' },
  { name: 'rules-broken', path: '/rules', scene: 'broken' },
  { name: 'provisioning', path: '/provisioning', scene: 'fleet' },
  { name: 'provisioning-one', path: '/provisioning?at=pump-211', scene: 'fleet' },
  { name: 'provisioning-rotate', path: '/provisioning?kind=rotate&at=pump-003', scene: 'fleet' },
  { name: 'provisioning-big', path: '/provisioning', scene: 'big' },
  { name: 'provisioning-none', path: '/provisioning', scene: 'calm' },
  { name: 'provisioning-filtered', path: '/provisioning?q=nothing-like-it', scene: 'fleet' },
  { name: 'provisioning-viewer', path: '/provisioning?at=pump-211', scene: 'viewer' },
  { name: 'provisioning-broken', path: '/provisioning', scene: 'broken' },
  { name: 'provisioning-stale', path: '/provisioning?at=pump-211', scene: 'stale' },
  { name: 'enrolments', path: '/provisioning?part=enrolments', scene: 'fleet' },
  { name: 'enrolments-new', path: '/provisioning?part=enrolments', scene: 'fleet', click: ['enrolment-new'] },
  { name: 'enrolments-operator', path: '/provisioning?part=enrolments', scene: 'operator' },
  { name: 'enrolments-none', path: '/provisioning?part=enrolments', scene: 'calm' },
  { name: 'enrolments-broken', path: '/provisioning?part=enrolments', scene: 'broken' },
  { name: 'rollouts', path: '/rollouts', scene: 'fleet' },
  { name: 'rollouts-none', path: '/rollouts', scene: 'calm' },
  { name: 'rollouts-begin', path: '/rollouts?begin=2.2.0', scene: 'fleet', click: ['begin-dry-run'] },
  { name: 'rollouts-broken', path: '/rollouts', scene: 'broken' },
  { name: 'releases', path: '/rollouts?part=releases', scene: 'fleet', click: ['withdraw-2.2.0'] },
  { name: 'releases-viewer', path: '/rollouts?part=releases', scene: 'viewer' },
  { name: 'rollout', path: '/rollouts/r-2.2.0-a1/', scene: 'fleet' },
  { name: 'rollout-aborted', path: '/rollouts/r-2.1.3-oslo/', scene: 'fleet' },
  { name: 'rollout-cancel', path: '/rollouts/r-2.2.0-a1/', scene: 'fleet', click: ['rollout-cancel'] },
  { name: 'rollout-big', path: '/rollouts/r-2.2.0-a1/', scene: 'big' },
  { name: 'rollout-stale', path: '/rollouts/r-2.2.0-a1/', scene: 'stale' },
  { name: 'rollout-missing', path: '/rollouts/r-0', scene: 'fleet' },
  { name: 'device-removed', path: '/devices/pump-002', scene: 'removed', wait: '[data-testid=device-removed]' },
  { name: 'device-revoke', path: '/devices/pump-002', scene: 'fleet', click: ['revoke-c3'] },
  { name: 'device-secret', path: '/devices/pump-002', scene: 'fleet', click: ['identity-add', 'identity-add-confirm'] },
  { name: 'empty', path: '/', scene: 'empty' },
  { name: 'loading', path: '/', scene: 'loading' },
  { name: 'catching-up', path: '/', scene: 'catching-up' },
  { name: 'reconnecting', path: '/devices', scene: 'reconnecting' },
  { name: 'stale', path: '/', scene: 'stale' },
  { name: 'stale-device', path: '/devices/pump-002', scene: 'stale' },
  { name: 'denied', path: '/', scene: 'denied' },
  { name: 'signed-out', path: '/', scene: 'signed-out' },
];

/** A page of the demo, drawn and settled; what the browser complained of is in `problems`. */
export async function open(browser, url, view, { width, height, theme }) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, timezoneId: 'Europe/Oslo' });
  await context.addInitScript((scene) => sessionStorage.setItem('scene', scene), view.scene);
  const page = await context.newPage();
  const problems = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(url + view.path);
  const settled = { 'catching-up': 'catching-up', reconnecting: 'reconnecting', stale: 'stale' }[view.scene];
  if (settled !== undefined) {
    await page.locator(`[data-testid=liveness][data-state=${settled}]`).waitFor();
  }
  if (view.wait !== undefined) {
    await page.locator(view.wait).waitFor();
  }
  for (const testid of view.click ?? []) {
    await page.locator(`[data-testid="${testid}"]`).first().click();
  }
  return { page, problems, close: () => context.close() };
}
