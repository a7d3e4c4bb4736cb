import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { startLoad } from "../../operations/drills/traffic/load.ts";
import { failuresOf, isSuccess } from "../../operations/drills/traffic/measure.ts";
import { say } from "../../operations/session/terminal.ts";
import { childCpuSeconds } from "./cpu.ts";
import type { Cost } from "./upTable.ts";

/** Requests a second. */
const RATE = 50;
/** The load ends after this long, whatever happens. */
const MAX_SECONDS = 180;
/** Of load before and after the work, so that what is under way at its beginning and comes late is counted. */
const MARGIN_MS = 2_000;

/** The cost of work whose processes this process starts and waits for. Nothing else may be started meanwhile. */
export async function timed(work: () => Promise<void>): Promise<Cost> {
  const cpu = await childCpuSeconds();
  const start = performance.now();
  await work();
  return { seconds: (performance.now() - start) / 1_000, cpuSeconds: (await childCpuSeconds()) - cpu };
}

/** The same under a steady load of reads and posts on an address of this machine. */
export async function timedUnderLoad(url: string, work: () => Promise<void>): Promise<Cost> {
  const load = startLoad({ url, rate: RATE, maxSeconds: MAX_SECONDS, run: randomBytes(4).toString("hex") });
  try {
    await sleep(MARGIN_MS);
    const cost = await timed(work);
    await sleep(MARGIN_MS);
    await load.stop();
    const failed = load.answers.filter((answer) => !isSuccess(answer)).length;
    if (failed > 0) say(`failed requests: ${failuresOf(load.answers)}`);
    return { ...cost, load: { requests: load.answers.length, failed } };
  } finally {
    await load.stop();
  }
}
