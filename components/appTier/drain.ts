import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { engineClient, type Reach } from "../../engine/client.ts";
import { labelFilter, type StackIdentity } from "../../engine/labels.ts";
import type { ApplicationPlan } from "../../topology/applicationPlan.ts";
import type { HostPlan, WebPlan } from "../../topology/plan.ts";
import { drainingFile } from "../webTier/locations.ts";

interface DrainArgs {
  readonly identity: StackIdentity;
  /** How the engine of each host is reached. */
  readonly reach: readonly HostPlan[];
  readonly web: readonly WebPlan[];
}

/** Seconds after which a web server sends requests again, if an update is interrupted before it says so. */
const FORGET_SECONDS = 30;

/** Writes a mark into the file, and removes the file after a while if it still has this mark. */
const MARK = 'echo "$3" >"$1"; sleep "$2"; if [ "$(cat "$1")" = "$3" ]; then rm -f "$1"; fi';
const UNMARK = 'rm -f "$1"';

/**
 * Takes an instance out of the rotation before it gets its stop signal: programs that nobody wrote for this stack close
 * their listener at once, and a request that is on its way then would fail. The web servers tell the load balancers that
 * the instance is not ready, although it is, until its successor runs.
 */
export function drainHooks(args: DrainArgs, plan: ApplicationPlan): pulumi.ResourceHookBinding {
  const { server, drainSeconds, run } = plan;
  const file = drainingFile(server);
  const lastsSeconds = drainSeconds + run.stopSeconds + FORGET_SECONDS;
  const drain = async () => {
    await atWebServers(args, server, ["sh", "-c", MARK, "drain", file, `${lastsSeconds}`, `${Date.now()}`]);
    await sleep(drainSeconds * 1_000);
  };
  const serve = () => atWebServers(args, server, ["sh", "-c", UNMARK, "serve", file]);
  // An engine that does not answer stops nothing: the instance is replaced as without this.
  const options = { ignoreErrors: true };
  return {
    beforeDelete: [new pulumi.ResourceHook(`drain-${plan.name}`, drain, options)],
    afterCreate: [new pulumi.ResourceHook(`serve-${plan.name}`, serve, options)],
  };
}

/** Starts a command in the web servers that pass requests to an application's server. */
async function atWebServers(
  { identity, reach, web }: DrainArgs,
  server: string,
  command: readonly string[],
): Promise<void> {
  const passing = web.filter(({ listeners }) => listeners.some(({ upstream }) => upstream.server === server));
  const done = passing.map(async ({ name, host }) => {
    const to = reach.find((one) => one.name === host);
    if (to !== undefined) await startIn(to, labelFilter(identity, name), command);
  });
  await Promise.all(done);
}

async function startIn(reach: Reach, label: readonly string[], command: readonly string[]): Promise<void> {
  const engine = engineClient(reach);
  const running = await engine.listContainers({ filters: { label: [...label], status: ["running"] } });
  for (const { Id } of running) {
    const exec = await engine.getContainer(Id).exec({ Cmd: [...command] });
    // Unread, the answer would keep the connection open, and the program with it.
    (await exec.start({ Detach: true })).resume();
  }
}
