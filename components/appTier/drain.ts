import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
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

// An engine that does not answer stops nothing: the instance is replaced as without this.
const OPTIONS = { ignoreErrors: true };

/**
 * Takes an instance out of the rotation before it gets its stop signal: programs that nobody wrote for this stack close
 * their listener at once, and a request that is on its way then would fail. The web servers tell the load balancers that
 * the instance is not ready, although it is, until its successor runs.
 * @param version changes with all that replaces the instance
 * @param dependsOn what is in place before: the instance before this one serves again
 * @returns what the instance's container has to depend on
 */
export function drained(
  args: DrainArgs,
  { name, server, drainSeconds, run }: ApplicationPlan,
  version: pulumi.Input<string>,
  dependsOn: readonly pulumi.Resource[],
  parent: pulumi.Resource,
): pulumi.Resource {
  const file = drainingFile(server);
  const lastsSeconds = drainSeconds + run.stopSeconds + FORGET_SECONDS;
  const drain = async () => {
    const command = ["sh", "-c", MARK, "drain", file, `${lastsSeconds}`, `${Date.now()}`];
    // Without a web server, as in a first update, nobody is sent to the instance.
    if ((await atWebServers(args, server, command)) > 0) await sleep(drainSeconds * 1_000);
  };
  // A hook before the deletion of the container itself would have to be there for every deletion, `npm run down` included.
  const hooks = { beforeCreate: [new pulumi.ResourceHook(`drain-${name}`, drain, OPTIONS)] };
  const options = { parent, hooks, dependsOn: [...dependsOn] };
  return new random.RandomId(`${name}-drained`, { byteLength: 4, keepers: { version } }, options);
}

/** What is done after the creation of an instance's container: it is in the rotation as soon as it is ready. */
export function servingHooks(args: DrainArgs, { name, server }: ApplicationPlan): pulumi.ResourceHookBinding {
  const command = ["sh", "-c", UNMARK, "serve", drainingFile(server)];
  const serve = async () => void (await atWebServers(args, server, command));
  return { afterCreate: [new pulumi.ResourceHook(`serve-${name}`, serve, OPTIONS)] };
}

/** Starts a command in the web servers that pass requests to an application's server; resolves to their number. */
async function atWebServers({ identity, reach, web }: DrainArgs, server: string, command: readonly string[]) {
  const passing = web.filter(({ listeners }) => listeners.some(({ upstream }) => upstream.server === server));
  const started = passing.map(async ({ name, host }) => {
    const to = reach.find((one) => one.name === host);
    return to === undefined ? 0 : startIn(to, labelFilter(identity, name), command);
  });
  return (await Promise.all(started)).reduce((sum, number) => sum + number, 0);
}

async function startIn(reach: Reach, label: readonly string[], command: readonly string[]): Promise<number> {
  const engine = engineClient(reach);
  const running = await engine.listContainers({ filters: { label: [...label], status: ["running"] } });
  for (const { Id } of running) {
    const exec = await engine.getContainer(Id).exec({ Cmd: [...command] });
    // Unread, the answer would keep the connection open, and the program with it.
    (await exec.start({ Detach: true })).resume();
  }
  return running.length;
}
