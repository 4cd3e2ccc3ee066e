// Called by DeviceFleet.Gateway.csproj: node scripts/build.mjs <wwwroot>
// Installs what is missing and builds into <wwwroot>. Two builds at once (parallel `dotnet build` of two projects) are kept apart by a lock
// directory, and the second of them finds the work done. A failed build leaves the last good output as it was.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const LOCK_WAIT_MS_MAX = 10 * 60_000;
const LOCK_POLL_MS = 200;

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const output = resolve(process.argv[2] ?? join(project, 'dist'));
const lock = `${output}.lock`;
const stamp = join(dirname(output), 'dashboard.stamp');

const nodeVersion = process.versions.node.split('.').map(Number);
if (nodeVersion[0] < 20 || (nodeVersion[0] === 20 && nodeVersion[1] < 19)) {
  fail(`Node.js ${process.versions.node} is too old for the dashboard: it needs 20.19 or newer.`);
}

mkdirSync(dirname(output), { recursive: true });
takeLock();
try {
  build();
} finally {
  rmSync(lock, { recursive: true, force: true });
}

function build() {
  if (installIsOld()) {
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= newestSource()) {
    return; // whoever held the lock before has done it
  }
  const started = Date.now();
  const next = `${output}.next`;
  rmSync(next, { recursive: true, force: true });
  run(process.execPath, [join(project, 'node_modules/vite/bin/vite.js'), 'build', '--outDir', next, '--emptyOutDir', '--logLevel', 'warn']);
  rmSync(output, { recursive: true, force: true });
  renameSync(next, output);
  writeFileSync(stamp, '');
  utimesSync(stamp, started / 1000, started / 1000); // an edit while it was building makes it build again
  console.log(`dashboard built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function installIsOld() {
  const installed = join(project, 'node_modules/.package-lock.json');
  return !existsSync(installed) || statSync(join(project, 'package-lock.json')).mtimeMs > statSync(installed).mtimeMs;
}

function newestSource() {
  const roots = ['src', 'public', 'scripts', 'index.html', 'package.json', 'package-lock.json', 'tsconfig.json', 'vite.config.ts'];
  return Math.max(...roots.map((root) => newest(join(project, root))));
}

function newest(path) {
  const info = statSync(path);
  return info.isDirectory() ? Math.max(info.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name)))) : info.mtimeMs;
}

function takeLock() {
  const deadline = Date.now() + LOCK_WAIT_MS_MAX;
  for (;;) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') {
        throw error;
      }
    }
    if (holderIsGone()) {
      rmSync(lock, { recursive: true, force: true });
    } else if (Date.now() > deadline) {
      fail(`another dashboard build has held ${lock} for ten minutes; if none is running, delete that folder.`);
    } else {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
    }
  }
}

function holderIsGone() {
  let pid;
  try {
    pid = Number(readFileSync(join(lock, 'pid'), 'utf8'));
  } catch {
    return existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 5_000; // died between the two steps of taking it
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function run(command, args) {
  try {
    execFileSync(command, args, { cwd: project, stdio: 'inherit', shell: process.platform === 'win32' && command === 'npm' });
  } catch {
    fail(`'${command} ${args.join(' ')}' failed in ${project}; its output stands above.`);
  }
}

function fail(text) {
  rmSync(lock, { recursive: true, force: true });
  console.error(`DeviceFleet.Gateway dashboard : error DASH02: ${text}`); // MSBuild's form: shown as an error of the build
  process.exit(1);
}
