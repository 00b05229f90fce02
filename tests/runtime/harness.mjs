// Serves one variant of the worker in the real runtime, for tests in any language: JSON lines in, JSON lines out.
//
//   node tests/runtime/harness.mjs '{"variant":"probe","vars":{"RATE_LIMITS":"off"},"secrets":{"SEAL_KEY":"…"}}'
//   → {"ready":true,"url":"http://127.0.0.1:40001","secrets":{"SEAL_KEY":"…"}}
//   ← {"id":1,"command":"evict","binding":"LOBBY","name":"weur-1","webSockets":"close"}
//   → {"id":1,"ok":null}   or   {"id":1,"error":"why not"}
//   ← {"id":2,"command":"kill"}
//   → {"id":2,"ok":{"url":"http://127.0.0.1:40001"}}   when it runs again
//
// Everything in the argument is optional: "release", no further vars, the platform's limit and the page as configured, and
// a fresh SEAL_KEY; `"secrets":null` is a worker without any. It ends with its stdin, so that nothing outlives a test that
// was killed.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * `doorLimit`: how many requests of one network the platform lets through in ten seconds. `page`: whether it is served.
 * @typedef {{ variant?: "release" | "probe", vars?: Record<string, string>, secrets?: Record<string, string> | null, doorLimit?: number, page?: boolean }} Options
 */
/** @typedef {{ id: number, command: string, binding?: string, name?: string, object?: string, webSockets?: "close" | "hibernate", sql?: string, params?: unknown[] }} Request */
/** @typedef {{ prepare: (sql: string) => { bind: (...values: unknown[]) => { all: () => Promise<{ results: unknown[] }> } } }} D1 */

const root = fileURLToPath(new URL('../..', import.meta.url));
/** @type {Record<string, string>} */
const classes = { LOBBY: 'Lobby', PRESENCE: 'Presence' };
const bundles = { release: 'build/bundle', probe: 'build-probe/bundle' };

// Stdout belongs to the protocol: whatever the tools print goes to stderr.
const say = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
/** @param {unknown} line */
const answer = (line) => say(`${JSON.stringify(line)}\n`);

// A place of our own for the runtime's state: it can be read while it runs, and taken away when it ends.
const scratch = mkdtempSync(join(tmpdir(), 'edgewise-test-'));
process.env.TMPDIR = scratch;
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
process.env.WRANGLER_SEND_METRICS = 'false';
// The tools would write a trace of every event to a database of their own, which costs more than what is traced.
process.env.X_LOCAL_OBSERVABILITY = 'false';

const require = createRequire(import.meta.url);
const { createTestHarness } = /** @type {typeof import("wrangler")} */ (require('wrangler'));

/** @type {Options} */
const { variant = 'release', vars = {}, secrets = { SEAL_KEY: randomBytes(32).toString('base64url') }, doorLimit, page = true } =
  JSON.parse(process.argv[2] ?? '{}');

/** The configuration; one of its own, beside the other, where it differs. @returns {string} */
function configuration() {
  const path = join(root, bundles[variant], 'wrangler.toml');
  if (doorLimit === undefined && page) return path;
  const own = join(root, bundles[variant], `wrangler-${process.pid}.toml`);
  let text = readFileSync(path, 'utf8');
  /** @param {RegExp} part @param {string} by */
  const replace = (part, by) => {
    if (!part.test(text)) throw new Error(`${path} has nothing like ${part}`);
    text = text.replace(part, by);
  };
  if (doorLimit !== undefined) replace(/simple = \{ limit = \d+/, `simple = { limit = ${doorLimit}`);
  if (!page) replace(/^\[assets\]\n(?:.+\n)+/m, '');
  writeFileSync(own, text);
  process.on('exit', () => rmSync(own, { force: true }));
  return own;
}

const server = createTestHarness({
  root,
  workers: [
    {
      configPath: configuration(),
      prebuiltWorkerDir: bundles[variant],
      vars,
      secrets: secrets ?? {},
    },
  ],
});

/**
 * What runs the worker, once it does. Started again after a crash, it keeps its folder, and its port if it can.
 * @type {{ ready: Promise<URL> } | undefined}
 */
let runtime;

/** Every runtime process that is started, and how to hear of its end. */
const processes = /** @type {Map<number, import("node:child_process").ChildProcess>} */ (new Map());
{
  const tools = /** @type {typeof import("node:child_process")} */ (require('node:child_process'));
  const start = /** @type {(...args: unknown[]) => import("node:child_process").ChildProcess} */ (tools.spawn);
  Object.assign(tools, {
    spawn: (/** @type {unknown[]} */ ...args) => {
      const child = start(...args);
      if (child.pid !== undefined) processes.set(child.pid, child);
      return child;
    },
  });
}

/**
 * The address of the runtime itself. The one that `listen` tells is a proxy's, which costs more than the worker does
 * and stands between a test and what really happens to a socket. Only the runtime's own handle knows the other.
 */
async function listen() {
  const { Miniflare } = createRequire(require.resolve('wrangler'))('miniflare');
  const { getBindings } = Miniflare.prototype;
  /** @this {{ ready: Promise<URL> }} @param {...unknown} args */
  Miniflare.prototype.getBindings = function (...args) {
    runtime = this;
    return getBindings.apply(this, args);
  };
  const { url } = await server.listen();
  await server.getWorker().getEnv();
  Miniflare.prototype.getBindings = getBindings;
  return runtime === undefined ? url : runtime.ready;
}

/** @type {Record<string, (request: Request) => unknown>} */
const commands = {
  /** Drops an object's memory; "hibernate" keeps its sockets, "close" breaks them as a deploy does (1006). */
  evict: async (request) => {
    await server.getWorker().evictDurableObject(binding(request), { ...object(request), webSockets: request.webSockets });
  },
  /**
   * Kills the runtime outright and tells its address once it runs again, on what it had stored. Its own tools start it
   * again as after any crash.
   */
  kill: async () => {
    if (runtime === undefined) throw new Error('nothing runs');
    const process = owner((await runtime.ready).port);
    const ended = once(process, 'exit');
    process.kill('SIGKILL');
    await ended;
    // The tools hear of it in the same moment, and only then is there something to wait for.
    await new Promise((resolve) => setImmediate(resolve));
    return { url: (await runtime.ready).origin };
  },
  /** Where the runtime keeps what it stores, and everything else that it writes. */
  folder: () => scratch,
  /** What the worker logged since the last time: `[{"level","message","timestamp"}]`. */
  logs: () => {
    const logs = server.getLogs();
    server.clearLogs();
    return logs;
  },
  /** The objects of a class that have storage: `[{"object","name","changed"}]`, the last in ms since 1970. */
  objects: (request) => databases(binding(request)).map(({ file, ...known }) => known),
  /**
   * The rows that `sql` yields in a copy of an object's database, which also shows what its own code cannot query:
   * `_cf_KV` and `_cf_METADATA` (alarms). The table `__miniflare_do_name` is the tools' own.
   */
  storage: (request) => {
    const found = databases(binding(request)).find(({ name, object }) =>
      request.name === undefined ? object === request.object : name === request.name,
    );
    if (found === undefined) throw new Error('no such object has storage');
    return query(found.file, request.sql ?? '', request.params);
  },
  /** The rows that `sql` yields in the database of reports. */
  database: async (request) => {
    const { DB } = /** @type {{ DB: D1 }} */ (await server.getWorker().getEnv());
    return (await DB.prepare(request.sql ?? '').bind(...(request.params ?? [])).all()).results;
  },
  /** Every row of every table of every database: what a dump of the service would show. */
  dump: () => everyFile(scratch).filter((file) => file.endsWith('.sqlite')).flatMap((file) => {
    const tables = query(file, "SELECT name FROM sqlite_master WHERE type = 'table'");
    return tables.flatMap(({ name }) => query(file, `SELECT * FROM "${name}"`).map((row) => ({ table: name, row: legible(row) })));
  }),
  /** Which of these texts are in any file that the runtime wrote, whether a database would show them or not. */
  search: (request) => {
    const files = everyFile(scratch).filter((file) => !file.includes(`${scratch}/copy-`)).map((file) => readFileSync(file));
    return (request.params ?? []).filter((text) => files.some((bytes) => bytes.includes(String(text))));
  },
  /** What the platform does every hour. */
  scheduled: async () => {
    const { outcome } = await server.getWorker().scheduled({ cron: '17 * * * *' });
    if (outcome !== 'ok') throw new Error(outcome);
  },
  stop: () => {
    setImmediate(stop);
  },
};

/** @param {string} folder @returns {string[]} */
function everyFile(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Bytes as text, so that what is written in them can be found. @param {Record<string, unknown>} row */
function legible(row) {
  const text = (/** @type {unknown} */ value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value);
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)]));
}

/** @param {Request} request */
function binding(request) {
  if (request.binding === undefined) throw new Error("`binding` is missing");
  return request.binding;
}

/** @param {Request} request @returns {{ name: string } | { id: string }} */
function object(request) {
  if (request.name !== undefined) return { name: request.name };
  if (request.object !== undefined) return { id: request.object };
  throw new Error("`name`, or `object` (an id), is missing");
}

/** The process that listens on a port: the tools run one more of the kind, for a proxy. @param {string} port */
function owner(port) {
  const address = `0100007F:${Number(port).toString(16).toUpperCase().padStart(4, '0')}`;
  const listeners = readFileSync('/proc/net/tcp', 'utf8').split('\n').map((line) => line.trim().split(/\s+/));
  const inode = listeners.find((fields) => fields[1] === address && fields[3] === '0A')?.[9];
  for (const [pid, child] of processes) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const files = `/proc/${pid}/fd`;
    const held = readdirSync(files).map((file) => {
      try {
        return readlinkSync(join(files, file));
      } catch {
        return '';
      }
    });
    if (held.includes(`socket:[${inode}]`)) return child;
  }
  throw new Error(`no process of ours listens on port ${port}`);
}

/**
 * Read from the runtime's files: its own way in is a method call that only classes written in JavaScript can take.
 * @param {string} binding
 */
function databases(binding) {
  const folder = join('do', `edgewise-${classes[binding] ?? binding}`);
  return readdirSync(scratch)
    .map((state) => join(scratch, state, folder))
    .filter((place) => existsSync(place))
    .flatMap((place) => readdirSync(place).map((name) => join(place, name)))
    .filter((file) => /[0-9a-f]{64}\.sqlite$/.test(file))
    .map((file) => {
      const changed = [file, `${file}-wal`].filter(existsSync).map((part) => statSync(part).mtimeMs);
      const [row] = query(file, 'SELECT name FROM __miniflare_do_name');
      return { object: basename(file, '.sqlite'), name: row?.name ?? null, changed: Math.max(...changed), file };
    });
}

/** @param {string} file @param {string} sql @param {unknown[]} [params] */
function query(file, sql, params = []) {
  // Only Node's note that its SQLite is experimental.
  process.removeAllListeners('warning');
  const { DatabaseSync } = /** @type {typeof import("node:sqlite")} */ (require('node:sqlite'));
  const copy = mkdtempSync(join(scratch, 'copy-'));
  try {
    for (const part of ['', '-wal']) {
      if (existsSync(file + part)) copyFileSync(file + part, join(copy, `db${part}`));
    }
    const database = new DatabaseSync(join(copy, 'db'));
    const statement = database.prepare(sql);
    // Times in nanoseconds, for one, are larger than a number can be: those come as text.
    statement.setReadBigInts(true);
    const rows = statement.all(.../** @type {import("node:sqlite").SQLInputValue[]} */ (params));
    database.close();
    return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])));
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** @param {import("node:sqlite").SQLOutputValue} value */
function plain(value) {
  if (typeof value !== 'bigint') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

/** @param {string} line */
async function perform(line) {
  /** @type {Request} */
  let request;
  try {
    request = JSON.parse(line);
  } catch {
    answer({ id: null, error: 'not JSON' });
    return;
  }
  try {
    const command = commands[request.command];
    if (command === undefined) throw new Error(`no command '${request.command}'`);
    answer({ id: request.id, ok: (await command(request)) ?? null });
  } catch (error) {
    answer({ id: request.id, error: error instanceof Error ? error.message : String(error) });
  }
}

/**
 * The runtime survives its parent, so somebody must be left to end it when this process is killed outright. It is known
 * by its folder: who was started again has another id.
 */
function watchOver() {
  const script = `cat >/dev/null
    for process in /proc/[0-9]*; do
      [ "$(cat "$process/comm" 2>/dev/null)" = workerd ] || continue
      tr '\\0' '\\n' <"$process/environ" 2>/dev/null | grep -qxF "TMPDIR=$1" && kill -9 "\${process#/proc/}" 2>/dev/null
    done
    rm -rf "$1"`;
  return spawn('sh', ['-c', script, 'sh', scratch], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
}

/** @type {import("node:child_process").ChildProcess | undefined} */
let watcher;
let stopping = false;
async function stop() {
  if (stopping) return;
  stopping = true;
  // A runtime that does not end in time is ended by the watcher, whose stdin closes with this process.
  const ended = await Promise.race([
    server.close().then(() => true, () => false),
    new Promise((resolve) => setTimeout(resolve, 5_000, false)),
  ]);
  if (ended) {
    watcher?.kill('SIGKILL');
    rmSync(scratch, { recursive: true, force: true });
  }
  process.exit(0);
}

const input = createInterface({ input: process.stdin });
input.on('line', perform);
input.on('close', stop);
for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP'])) process.on(signal, stop);

try {
  const url = await listen();
  watcher = process.platform === 'linux' ? watchOver() : undefined;
  answer({ ready: true, url: url.origin, secrets: secrets ?? {} });
} catch (error) {
  answer({ ready: false, error: error instanceof Error ? error.message : String(error) });
  rmSync(scratch, { recursive: true, force: true });
  process.exit(1);
}
