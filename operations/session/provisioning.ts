import { setTimeout as sleep } from "node:timers/promises";
import { NODE_PATHS } from "../../components/mysqlCluster/folders.ts";
import { openStack } from "../stack/open.ts";
import { interruptible } from "./signals.ts";
import { say } from "./terminal.ts";

/**
 * Databases that copy data or catch up. That takes as long as there is data, and a container's own time limit is for
 * starts. So `up` waits for such work before it begins, because it could replace the container or the one that the data
 * comes from; and it goes on after the work if a container was not ready in time because of it.
 */

/** The states of a node in which it advances by itself. */
const AT_WORK = /^(cloning: |starting: (catching up|applying the received))/;

/** Seconds without any advance, after which a database counts as one that hangs. */
const STANDSTILL = 600;
/** Seconds in which a database is ready after its work, of which the start with the new data is a part. */
const STARTING = 180;
const BETWEEN_LOOKS_MS = 2_000;
const BETWEEN_WORDS_MS = 10_000;

/** A database whose container runs. */
export interface Look {
  readonly name: string;
  /** As its agent says it, with how far it is; empty: it has not said anything. */
  readonly state: string;
  readonly isHealthy: boolean;
}

interface Seen {
  readonly state: string;
  readonly since: number;
}

/** Follows the work of databases from look to look. */
export class Provisioning {
  readonly #seen = new Map<string, Seen>();

  /**
   * @param seconds of a clock that does not jump
   * @returns those that are at work, or start after it
   * @throws Error if one of them does not advance any more
   */
  atWork(looks: readonly Look[], seconds: number): Look[] {
    return looks.filter(({ name, state, isHealthy }) => {
      const before = this.#seen.get(name);
      const works = AT_WORK.test(state) && !isHealthy;
      if (!works && (before === undefined || isHealthy)) {
        this.#seen.delete(name);
        return false;
      }
      if (before?.state !== state) {
        this.#seen.set(name, { state, since: seconds });
        return true;
      }
      const still = seconds - before.since;
      if (works && still > STANDSTILL) {
        throw new Error(`${name} has not advanced for ${STANDSTILL / 60} minutes: ${state}
    log:       npm run database -- status; docker logs of its container
    cure:      repair what holds it up; npm run up then goes on`);
      }
      return works || still <= STARTING;
    });
  }
}

/**
 * Waits until no database of the stack copies data or catches up any more, and says how far each is.
 * @returns whether there was anything to wait for; false also if the stack or its engine cannot be asked
 * @throws Error if a database does not advance, or if the user ends the wait; its work goes on
 */
export async function untilProvisioned(stack: string, word: string): Promise<boolean> {
  const opened = await openStack(stack).catch(() => undefined);
  if (opened === undefined) return false;
  const { topology, containers } = opened;
  const look = () =>
    Promise.all(topology.cluster.databases.map(({ name }) => lookAt(containers, name).catch(() => undefined)));
  const provisioning = new Provisioning();
  let hasWaited = false;
  let said = Number.NEGATIVE_INFINITY;
  return interruptible(async (signal) => {
    for (;;) {
      const looks = (await look()).filter((one) => one !== undefined);
      const now = performance.now();
      const busy = provisioning.atWork(looks, now / 1_000);
      if (busy.length === 0) return hasWaited;
      if (!hasWaited) say(word);
      hasWaited = true;
      if (now - said >= BETWEEN_WORDS_MS) {
        said = now;
        for (const { name, state } of busy) say(`    ${name}: ${state}`);
      }
      await sleep(BETWEEN_LOOKS_MS, undefined, { signal }).catch(() => {
        throw new Error("the wait was ended; the databases go on with their work, and npm run up waits for it again");
      });
    }
  });
}

/** A database whose container has processes; undefined: it has none. */
async function lookAt(
  containers: Awaited<ReturnType<typeof openStack>>["containers"],
  name: string,
): Promise<Look | undefined> {
  const found = await containers.find(name);
  if (found?.state !== "running") return found && { name, state: "", isHealthy: false };
  const [{ State }, state] = await Promise.all([
    found.container.inspect(),
    containers.execute(name, ["cat", NODE_PATHS.state]).catch(() => ""),
  ]);
  return { name, state: state.trim(), isHealthy: State.Health?.Status === "healthy" };
}
