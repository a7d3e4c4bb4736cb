import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { bundleAgent } from "../agent/bundle.ts";
import type { AgentSettings } from "../agent/settings.ts";
import { issue } from "../app/test/certificates.ts";
import { ROUTER_TABLES } from "../components/databaseRouter/roles.ts";
import { SECRETS_FOLDER } from "../components/files.ts";
import { DESIRED_FOLDER, mysqlConfig } from "../components/mysqlCluster/mysqlConfig.ts";
import { ACCOUNTS, CONFIG_FOLDER, desiredFiles } from "../components/mysqlCluster/node.ts";
import { judgement, report } from "../components/mysqlCluster/outOfPlace.ts";
import { parseConfig } from "../config/config.ts";
import { eventually } from "../engine/eventually.ts";
import type { ClusterPlan, DatabasePlan } from "../topology/databasePlan.ts";
import { planTopology } from "../topology/topology.ts";
import { devConfig } from "./devConfig.ts";
import { docker, engineMissing } from "./engine.ts";
import { serverFiles } from "./secrets.ts";

/** Two files may run at the same time. */
const STAGE = `agentrig-${process.pid}`;
const SERVER_FILES = fileURLToPath(new URL("../agent/server", import.meta.url));

/** The password of each account is its name. */
const PASSWORDS = Object.fromEntries(ACCOUNTS.map((account) => [`${account}-password`, account]));

/** Servers with their agents, and nothing else of a stack. */
export interface AgentStage {
  readonly cluster: ClusterPlan;
  /** Runs a command in a database's container; resolves to its output. */
  execute(name: string, ...command: readonly string[]): Promise<string>;
  /** Runs a statement as root; resolves to its rows in one text. */
  rows(name: string, statement: string): Promise<string>;
  /** Begins a statement of a client; resolves to whether it was acknowledged. */
  acknowledged(name: string, statement: string): Promise<boolean>;
  state(name: string): Promise<string>;
  untilState(name: string, state: RegExp, seconds?: number): Promise<void>;
  /** Runs a role of the agent's program beside the agent. */
  agent(name: string, ...role: readonly string[]): Promise<string>;
  /** What server and agent have logged. */
  log(name: string): Promise<string>;
  /** Ends the server's process at once; its container starts it again. */
  killServer(name: string): Promise<void>;
  /** Ends the server's process at once, and keeps it away until the returned function is called. */
  withoutServer(name: string): Promise<() => Promise<void>>;
  /** Ends the agent, and keeps it away until the returned function is called. */
  withoutAgent(name: string): Promise<() => Promise<void>>;
  setPassword(account: (typeof ACCOUNTS)[number], password: string): Promise<void>;
  remove(): Promise<void>;
}

/** They halve the memory of an agent. */
const NODE_OPTIONS = [
  "--max-semi-space-size=1",
  "--max-old-space-size=24",
  "--v8-pool-size=1",
  "--optimize-for-size",
] as const;

/** Server and agent have a lifetime of their own each, in one container. */
const RUN = `while :; do [ -e /tmp/no-server ] || bash ${CONFIG_FOLDER}/start.sh; sleep 1; done &
while :; do [ -e /tmp/no-agent ] || /opt/node ${NODE_OPTIONS.join(" ")} /etc/agent/agent.cjs node; sleep 0.2; done`;

/** Ends the processes whose command lines match a pattern of the shell. The image has no program for it. */
function killing(...patterns: readonly string[]): string {
  return `for process in /proc/[0-9]*; do
    line=$({ tr '\\0' ' ' <"$process/cmdline"; } 2>/dev/null)
    case "$line" in ${patterns.join(" | ")}) kill -KILL "\${process#/proc/}" ;; esac
  done`;
}

/** @param settings of `foobar:mysql` */
export async function createAgentStage(settings: Readonly<Record<string, unknown>>): Promise<AgentStage> {
  const config = parseConfig("foobar", "dev", devConfig({ "foobar:mysql": settings }));
  const { cluster: planned, database } = planTopology(config);
  const folder = await mkdtemp(join(tmpdir(), "foobar-agent-"));
  await chmod(folder, 0o755);
  const folderOf = async (name: string, files: Readonly<Record<string, string>>) => {
    const path = join(folder, name);
    await mkdir(path);
    for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text);
    return path;
  };
  const containerOf = (name: string) => `${STAGE}-${name}`;
  const authority = issue("authority");
  const bundle = bundleAgent();

  await docker("network", "create", STAGE);
  const subnet = await docker("network", "inspect", "--format={{(index .IPAM.Config 0).Subnet}}", STAGE);
  const accountHosts = Object.fromEntries(Object.keys(planned.accountHosts).map((account) => [account, subnet]));
  const cluster = { ...planned, accountHosts: accountHosts as ClusterPlan["accountHosts"] };
  const agentSettings = (plan: DatabasePlan): AgentSettings => ({
    ...{ member: plan.member, peers: [...plan.peers], port: plan.port, isArbiter: plan.role === "arbiter" },
    arbiter: "mysql-arbiter.replication",
    replication: cluster.replication,
    withoutReplica: cluster.withoutReplica ?? "degrade",
    ...{ database, accountHosts: cluster.accountHosts, routerTables: [...ROUTER_TABLES] },
    folders: { data: "/var/lib/mysql", run: "/var/run/mysqld", desired: DESIRED_FOLDER, secrets: SECRETS_FOLDER },
  });
  const controllerSettings = {
    primary: cluster.primary,
    members: cluster.databases.map(({ member }) => member),
    ...{ port: 3306, replication: cluster.replication, withoutReplica: cluster.withoutReplica ?? "degrade" },
    ...{ certificates: {}, passwords: {}, secrets: SECRETS_FOLDER },
    report: report(cluster.replication),
    judgement: judgement(cluster.replication, "@reports"),
  };

  for (const plan of cluster.databases) {
    const scripts = await folderOf(`${plan.name}-config`, { "node.cnf": mysqlConfig(plan, cluster) });
    for (const script of ["start", "health", "leave"]) {
      await copyFile(join(SERVER_FILES, `${script}.sh`), join(scripts, `${script}.sh`));
    }
    const mounts = {
      [CONFIG_FOLDER]: scripts,
      [DESIRED_FOLDER]: await folderOf(`${plan.name}-desired`, desiredFiles(plan, cluster)),
      [SECRETS_FOLDER]: await folderOf(`${plan.name}-secrets`, {
        ...PASSWORDS,
        ...serverFiles(authority, issue(plan.member, authority)),
      }),
      "/etc/agent": await folderOf(`${plan.name}-agent`, {
        "agent.cjs": bundle,
        "settings.json": JSON.stringify(agentSettings(plan)),
        "controller.json": JSON.stringify(controllerSettings),
      }),
      "/opt/node": process.execPath,
    };
    await docker(
      ...["run", "--detach", "--init", `--name=${containerOf(plan.name)}`, `--hostname=${plan.name}`],
      ...[`--network=${STAGE}`, `--network-alias=${plan.member}`, "--memory=600m", "--user=999:999", "--read-only"],
      ...["--cap-drop=ALL", "--restart=unless-stopped", "--dns-option=timeout:1", "--dns-option=attempts:1"],
      ...["--env=ARBITER_MEMBER=mysql-arbiter.replication", "--env=MALLOC_ARENA_MAX=1"],
      ...Object.entries(mounts).map(([path, source]) => `--volume=${source}:${path}:ro`),
      `--volume=${containerOf(plan.name)}:/var/lib/mysql`,
      ...["/tmp", "/var/run/mysqld"].map((path) => `--tmpfs=${path}:uid=999,gid=999,mode=0750,size=16m`),
      ...[plan.image, "bash", "-c", RUN],
    );
  }

  const execute = async (name: string, ...command: readonly string[]) =>
    (await execa("docker", ["exec", containerOf(name), ...command])).stdout;
  const state = (name: string) => execute(name, "cat", "/var/run/mysqld/state");
  const log = async (name: string) => (await execa("docker", ["logs", containerOf(name)], { all: true })).all;
  return {
    cluster,
    execute,
    rows: (name, statement) =>
      execute(
        ...[name, "mysql", "--user=root", "--password=root", "--batch", "--skip-column-names"],
        `--execute=${statement}`,
      ),
    acknowledged: async (name, statement) => {
      const client = ["mysql", "--user=root", "--password=root", `--execute=${statement}`];
      return (await execa("docker", ["exec", containerOf(name), ...client], { reject: false })).exitCode === 0;
    },
    state,
    log,
    untilState: (name, wanted, seconds = 120) =>
      eventually(async () => {
        const now = await state(name);
        if (!wanted.test(now)) throw new Error(`${name} is: ${now}`);
      }, seconds),
    agent: (name, ...role) =>
      execute(
        name,
        ...(role[0] === "controller" || role[0] === "promote"
          ? ["env", "AGENT_SETTINGS=/etc/agent/controller.json"]
          : []),
        ...["/opt/node", "/etc/agent/agent.cjs", ...role],
      ),
    killServer: async (name) => void (await execute(name, "bash", "-c", killing("/usr/sbin/mysqld*", "mysqld\\ *"))),
    async withoutServer(name) {
      await execute(name, "bash", "-c", `touch /tmp/no-server; ${killing("/usr/sbin/mysqld*", "mysqld\\ *")}`);
      return async () => void (await execute(name, "rm", "/tmp/no-server"));
    },
    async withoutAgent(name) {
      await execute(name, "bash", "-c", `touch /tmp/no-agent; ${killing("/opt/node*agent.cjs\\ node*")}`);
      return async () => void (await execute(name, "rm", "/tmp/no-agent"));
    },
    async setPassword(account, password) {
      for (const { name } of cluster.databases) {
        await writeFile(join(folder, `${name}-secrets`, `${account}-password`), password);
      }
    },
    async remove() {
      await docker("rm", "--force", ...cluster.databases.map(({ name }) => containerOf(name)));
      await docker("volume", "rm", ...cluster.databases.map(({ name }) => containerOf(name)));
      await docker("network", "rm", STAGE);
      await rm(folder, { recursive: true });
    },
  };
}

export async function skipWithoutEngine(this: Mocha.Context): Promise<void> {
  const reason = await engineMissing();
  if (reason === undefined) return;
  console.log(`      SKIPPED, what needs the real MySQL: ${reason}`);
  this.skip();
}
