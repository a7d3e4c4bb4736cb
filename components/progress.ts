import * as pulumi from "@pulumi/pulumi";
import type Docker from "dockerode";
import { LOCAL_ENDPOINT } from "../config/choices.ts";
import { engineClient, type Reach, unpauseCommand } from "../engine/client.ts";
import { labelFilter, SERVICE_LABEL } from "../engine/labels.ts";
import { lastCheck } from "../engine/lastCheck.ts";
import { machinesOf } from "../topology/machines.ts";
import type { Topology } from "../topology/plan.ts";

/** Seconds between two looks. */
const LOOK_SECONDS = 5;
/** The ages of a wait, in seconds, at which it is said; then once a minute. Most containers are healthy before. */
const SAID_AT = [15, 30];
const EVERY_SECONDS = 60;

/** A container of the stack's, as its engine lists it. */
type Listed = Pick<Docker.ContainerInfo, "Id" | "Names" | "Labels" | "Created" | "State">;

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
  const identity = { project, stack };
  const info = (text: string) => pulumi.log.info(text, undefined, undefined, true);
  const formerAt = async (machine: Reach) =>
    (await listed(engineClient(machine), identity)).map((one) => ({ ...one, endpoint: machine.endpoint }));
  const former = Promise.all(reached.map(formerAt)).then(
    (all) => all.flat(),
    () => [],
  );
  // An engine does not look at the health of a paused container, and the update would wait for it without a word.
  void former.then((all) =>
    Promise.all(all.filter(({ State }) => State === "paused").map((one) => info(pausedText(one, one.endpoint)))),
  );
  const said = new Map<string, number>();
  const look = async () => {
    const before = new Set((await former).map(({ Id }) => Id));
    const waits = await Promise.all(reached.map((machine) => waitsAt(machine, identity, before)));
    for (const wait of telling(waits.flat())) {
      const due = dueAt(wait);
      if (due === undefined || due <= (said.get(wait.service) ?? 0)) continue;
      said.set(wait.service, due);
      await info(waitText(wait));
    }
  };
  // A look that fails is one that was not needed: the update itself says what is wrong with an engine.
  setInterval(() => void look().catch(() => undefined), LOOK_SECONDS * 1_000).unref();
}

/**
 * The last age at which a wait of this age had to be said. undefined: there was none yet. Where the check has said nothing
 * there is less to tell, so the first is later.
 */
export function dueAt({ seconds, said }: Pick<Waiting, "seconds" | "said">): number | undefined {
  if (seconds >= EVERY_SECONDS) return Math.floor(seconds / EVERY_SECONDS) * EVERY_SECONDS;
  return said === "" ? undefined : SAID_AT.findLast((age) => seconds >= age);
}

/**
 * The containers that an update waits for, of those that are not healthy: those that it has made. One from before is
 * unready because it is stopped, or not waited for.
 * @param before the ids of the containers that were there before the update
 */
export function waitedFor<T extends Pick<Listed, "Id" | "Labels" | "Created" | "State">>(
  unhealthy: readonly T[],
  before: ReadonlySet<string>,
): T[] {
  const isNewest = ({ Labels, Created }: T) =>
    !unhealthy.some((other) => other.Labels[SERVICE_LABEL] === Labels[SERVICE_LABEL] && other.Created > Created);
  return unhealthy.filter((one) => !before.has(one.Id) && one.State !== "removing" && isNewest(one));
}

/** The waits that tell something: one whose check has said nothing tells nothing beside those that explain the wait. */
export function telling(waits: readonly Waiting[]): readonly Waiting[] {
  const saying = waits.filter(({ said }) => said !== "");
  return saying.length > 0 ? saying : waits;
}

/** What ends the pause of a container, which nothing else does. */
export function pausedText({ Names, Id }: Pick<Listed, "Names" | "Id">, endpoint = LOCAL_ENDPOINT): string {
  const name = Names[0]?.slice(1) ?? Id;
  return `${name} is paused, and serves nobody: ${unpauseCommand(name, endpoint)}`;
}

export function waitText({ service, seconds, said }: Waiting): string {
  const check = said === "" ? "its check has said nothing yet" : `its last check said: ${said}`;
  return `waiting for ${service} for ${Math.round(seconds)} s; ${check}`;
}

type Identity = Parameters<typeof labelFilter>[0];

async function listed(engine: Docker, identity: Identity, health?: readonly string[]): Promise<Listed[]> {
  const filters = { label: labelFilter(identity), ...(health === undefined ? {} : { health: [...health] }) };
  return engine.listContainers({ filters });
}

async function waitsAt(reach: Reach, identity: Identity, before: ReadonlySet<string>): Promise<Waiting[]> {
  const engine = engineClient(reach);
  const found = await listed(engine, identity, ["starting", "unhealthy"]);
  return Promise.all(
    waitedFor(found, before).map(async ({ Id, Labels, Names }) => {
      const { State } = await engine.getContainer(Id).inspect();
      return {
        service: Labels[SERVICE_LABEL] ?? Names[0]?.slice(1) ?? Id,
        seconds: (Date.now() - Date.parse(State.StartedAt)) / 1_000,
        said: lastCheck(State),
      };
    }),
  );
}
