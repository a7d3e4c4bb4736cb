import { createConnection } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Runs in another network namespace. Reads targets, [[address, port], ...], and writes for each whether a connection
 * opens. A busy machine answers late, and what is closed by a firewall never answers.
 */
const PATIENCE_MS = 3_000;

async function opens(host: string, port: number): Promise<boolean> {
  const socket = createConnection({ host, port });
  const answer = new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  });
  const late = sleep(PATIENCE_MS, false, { ref: false });
  const open = await Promise.race([answer, late]);
  socket.destroy();
  return open;
}

const targets = JSON.parse(await text(process.stdin)) as [string, number][];
process.stdout.write(JSON.stringify(await Promise.all(targets.map(([host, port]) => opens(host, port)))));
