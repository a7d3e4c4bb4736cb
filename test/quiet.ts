import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { eventually, untilTrue } from "../engine/eventually.ts";

/**
 * Times in which one test has the machine for itself, as far as this run goes: tests run in two processes at once, and
 * two cores cannot both serve a load without a failure and do something else. Every sign is a port that a process
 * listens on, so that any end of the process takes its sign away.
 */
const QUIET = 14_890;
/** The sign of a process that is in the middle of a test: one of these. Other runs on this machine need some, too. */
const BUSY = Array.from({ length: 8 }, (_, index) => QUIET + 1 + index);
const POLL = { everySeconds: 0.2 };
/** The longest time for which a test waits for others to end, and others for a quiet time. */
const WAIT_SECONDS = 600;

let sign: Server | undefined;

/** Runs a test's work after the other process has ended its test, and while that process begins no further one. */
export async function quietly<T>(work: () => Promise<T>): Promise<T> {
  // Two tests that want the quiet time would otherwise each wait for the other's end.
  await endBusy();
  // Another run on this machine may have its own quiet time.
  const quiet = await eventually(() => listen(QUIET), WAIT_SECONDS, POLL);
  try {
    await untilTrue("another test has not ended", nobodyIsBusy, WAIT_SECONDS, POLL);
    return await work();
  } finally {
    await close(quiet);
    await beginBusy();
  }
}

/** Runs work that a quiet time of another test must not meet. */
export async function busily<T>(work: () => Promise<T>): Promise<T> {
  await beginBusy();
  try {
    return await work();
  } finally {
    await endBusy();
  }
}

async function beginBusy(): Promise<void> {
  if (sign !== undefined) return;
  await untilTrue("another test still has the machine for itself", couldBegin, WAIT_SECONDS, POLL);
}

/** The sign comes before the look: otherwise a test could take the quiet time between the two. */
async function couldBegin(): Promise<boolean> {
  for (const port of BUSY) sign ??= await listen(port).catch(() => undefined);
  if (sign !== undefined && !(await isTaken(QUIET))) return true;
  await endBusy();
  return false;
}

async function endBusy(): Promise<void> {
  if (sign !== undefined) await close(sign);
  sign = undefined;
}

async function nobodyIsBusy(): Promise<boolean> {
  const taken = await Promise.all(BUSY.map(isTaken));
  return !taken.includes(true);
}

async function listen(port: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function close(server: Server): Promise<unknown> {
  return new Promise((resolve) => server.close(resolve));
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}

async function begin(this: Mocha.Context): Promise<void> {
  this.timeout((WAIT_SECONDS + 60) * 1_000);
  await beginBusy();
}

/** Mocha's root hooks. Those of a file come before its suites' own, which may start containers. */
export const mochaHooks = { beforeAll: begin, beforeEach: begin, afterEach: endBusy, afterAll: endBusy };
