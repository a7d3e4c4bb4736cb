import * as pulumi from "@pulumi/pulumi";
import { engineClient, type Reach } from "../engine/client.ts";
import { labelFilter, SERVICE_LABEL } from "../engine/labels.ts";
import { lastCheck } from "../engine/lastCheck.ts";
import { machinesOf } from "../topology/machines.ts";
import type { Topology } from "../topology/plan.ts";

/** Seconds between two looks. */
const LOOK_SECONDS = 5;
/** The ages of a wait, in seconds, at which it is said; then once a minute. Most containers are healthy before. */
const SAID_AT = [15, 30];
const EVERY_SECONDS = 60;

/** A container that is not healthy yet. */
export interface Waiting {
  readonly service: string;
  /** Seconds since it was started. */
  readonly seconds: number;
  /** What its last check said; empty: nothing yet. */
  readonly said: string;
}

/**
 * Says, while an update waits for containers to be healthy, for which, for how long, and what their last check said. The
 * update does not wait for this.
 * @param away hosts whose engines are not asked
 */
export function sayWaits({ project, stack, hosts }: Topology, away: ReadonlySet<string>): void {
  if (pulumi.runtime.isDryRun()) return;
  const reached = machinesOf({ hosts }).filter((machine) => !machine.hosts.some((host) => away.has(host)));
  const said = new Map<string, number>();
  const look = async () => {
    const waits = await Promise.all(reached.map((machine) => waitsAt(machine, { project, stack })));
    for (const wait of waits.flat()) {
      const due = dueAt(wait.seconds);
      if (due === undefined || due <= (said.get(wait.service) ?? 0)) continue;
      said.set(wait.service, due);
      await pulumi.log.info(waitText(wait), undefined, undefined, true);
    }
  };
  // A look that fails is one that was not needed: the update itself says what is wrong with an engine.
  setInterval(() => void look().catch(() => undefined), LOOK_SECONDS * 1_000).unref();
}

/** The last age at which a wait of this age had to be said. undefined: there was none yet. */
export function dueAt(seconds: number): number | undefined {
  if (seconds >= EVERY_SECONDS) return Math.floor(seconds / EVERY_SECONDS) * EVERY_SECONDS;
  return SAID_AT.findLast((age) => seconds >= age);
}

export function waitText({ service, seconds, said }: Waiting): string {
  const check = said === "" ? "its check has said nothing yet" : `its last check said: ${said}`;
  return `waiting for ${service} for ${Math.round(seconds)} s; ${check}`;
}

async function waitsAt(reach: Reach, identity: Parameters<typeof labelFilter>[0]): Promise<Waiting[]> {
  const engine = engineClient(reach);
  const filters = { label: labelFilter(identity), health: ["starting", "unhealthy"] };
  const found = await engine.listContainers({ filters });
  return Promise.all(
    found.map(async ({ Id, Labels, Names }) => {
      const { State } = await engine.getContainer(Id).inspect();
      return {
        service: Labels[SERVICE_LABEL] ?? Names[0]?.slice(1) ?? Id,
        seconds: (Date.now() - Date.parse(State.StartedAt)) / 1_000,
        said: lastCheck(State),
      };
    }),
  );
}
