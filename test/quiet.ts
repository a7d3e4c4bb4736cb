import { once } from "node:events";
import { connect, createServer } from "node:net";
import { eventually, untilTrue } from "../engine/eventually.ts";

/**
 * Times in which one test has the machine for itself, as far as this run goes: tests run in two processes at once, and
 * two cores cannot both serve a load without a failure and do something else. Who has the time listens on a port,
 * so that any end of its process gives it back.
 */
const PORT = 14_890;
const POLL_SECONDS = 0.5;
/** The longest quiet time that others wait for. */
const WAIT_SECONDS = 300;

let isMine = false;

/** Runs a test's work while the other process begins no further test. */
export async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const server = createServer((socket) => socket.destroy());
  const take = () => {
    server.listen(PORT, "127.0.0.1");
    return once(server, "listening");
  };
  // Another run on this machine may have its own quiet time.
  await eventually(take, WAIT_SECONDS, { everySeconds: POLL_SECONDS });
  isMine = true;
  try {
    return await work();
  } finally {
    isMine = false;
    await new Promise((resolve) => server.close(resolve));
  }
}

function isTaken(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(PORT, "127.0.0.1");
    const end = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}

/** Mocha's root hooks. */
export const mochaHooks = {
  async beforeEach(this: Mocha.Context): Promise<void> {
    this.timeout((WAIT_SECONDS + 60) * 1_000);
    const isFree = async () => isMine || !(await isTaken());
    await untilTrue("another test still has the machine for itself", isFree, WAIT_SECONDS, {
      everySeconds: POLL_SECONDS,
    });
  },
};
