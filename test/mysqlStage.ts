import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import mysql from "mysql2/promise";
import { issue } from "../app/test/certificates.ts";
import { SECRETS_FOLDER } from "../components/files.ts";
import {
  AGENT_FOLDER,
  agentCommand,
  agentProgram,
  agentSettings,
  SETTINGS_FILE,
} from "../components/mysqlCluster/agent.ts";
import { controllerSettings } from "../components/mysqlCluster/controller.ts";
import { DATA_FOLDER, NODE_PATHS, RUN_FOLDER } from "../components/mysqlCluster/folders.ts";
import { DESIRED_FOLDER } from "../components/mysqlCluster/mysqlConfig.ts";
import { ACCOUNTS, CONFIG_FOLDER, desiredFiles, nodeEnvironment, nodeFiles } from "../components/mysqlCluster/node.ts";
import { TLS } from "../components/tlsFiles.ts";
import { parseConfig } from "../config/config.ts";
import { eventually } from "../engine/eventually.ts";
import type { Failover } from "../operations/database/failover.ts";
import { askMembers, type Covers, comparisons, type Member } from "../operations/database/members.ts";
import { promote } from "../operations/database/promote.ts";
import type { Place } from "../operations/database/transfer.ts";
import type { StackContainers } from "../operations/stack/containers.ts";
import { type Databases, databasesOf } from "../operations/stack/databases.ts";
import { ROOT } from "../operations/stack/project.ts";
import type { ClusterPlan } from "../topology/databasePlan.ts";
import type { InstancePlan } from "../topology/instancePlan.ts";
import { MYSQL_PORT } from "../topology/ports.ts";
import { planTopology } from "../topology/topology.ts";
import { devConfig } from "./devConfig.ts";
import { docker, engine, published } from "./engine.ts";
import { serverFiles } from "./secrets.ts";

/** The password of each account is its name. */
const SECRETS = Object.fromEntries(ACCOUNTS.map((account) => [`${account}-password`, account]));

/** The databases of a stack with their agents and the controller, without the other tiers and without Pulumi. */
export interface MysqlStage {
  readonly cluster: ClusterPlan;
  readonly databases: Databases;
  /** Runs a command in the container of a database, of an agent or of the controller. */
  execute: StackContainers["execute"];
  /** A database's container, for commands about the application's data. */
  place(name: string): Place;
  /** Runs a statement; resolves to its rows in one text. */
  rows(name: string, statement: string): Promise<string>;
  /** Asks every member, and compares their transactions. */
  members(): Promise<{ members: Member[]; covers: Covers }>;
  /** Waits until every member is in its place. Fails with the problem and the state of each that is not. */
  untilInPlace(seconds?: number): Promise<void>;
  untilState(name: string, state: RegExp, seconds?: number): Promise<void>;
  /** Sends SIGKILL to all of these containers at once; they stay down. */
  kill(...names: readonly string[]): Promise<void>;
  start(...names: readonly string[]): Promise<void>;
  /** Runs a shell script in the data folder of a database that is down. */
  inData(name: string, script: string): Promise<string>;
  /** Keeps the applier from a table, until the server ends or the returned function is called. */
  holdApplier(name: string, table: string): Promise<() => Promise<void>>;
  /**
   * Begins to write rows into `foobar.written`, numbered from the first number on, several at a time, until the writer
   * is stopped or loses its server.
   */
  write(name: string, connections: number, first: number): Writing;
  promote(plan: Failover): Promise<string[]>;
  /** Changes the file of an account's password, as an `up` does. */
  setPassword(account: (typeof ACCOUNTS)[number], password: string): Promise<void>;
  remove(): Promise<void>;
}

export interface Writing {
  /** The numbers of the rows that are acknowledged so far. */
  readonly acknowledged: readonly number[];
  /** Stops writing; resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

/** @param settings of `foobar:mysql` */
export async function createMysqlStage(settings: Readonly<Record<string, unknown>>): Promise<MysqlStage> {
  const { cluster: planned, database } = planTopology(
    parseConfig("foobar", "dev", devConfig({ "foobar:mysql": settings })),
  );
  const folder = await mkdtemp(join(tmpdir(), "foobar-"));
  const stage = `foobar-mysql-${folder.slice(-6).toLowerCase()}`;
  const label = `--label=${stage}`;
  await chmod(folder, 0o755);
  const folderOf = async (name: string, files: Readonly<Record<string, string>>) => {
    const path = join(folder, name);
    await mkdir(path);
    for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text);
    return path;
  };
  const containerOf = (name: string) => `${stage}-${name}`;
  const authority = issue("authority");

  await docker("network", "create", label, stage);
  const subnet = await docker("network", "inspect", "--format={{(index .IPAM.Config 0).Subnet}}", stage);
  const inSubnet = (account: string) => [account, subnet] as const;
  const accountHosts = Object.fromEntries(Object.keys(planned.accountHosts).map(inSubnet));
  const cluster = { ...planned, accountHosts: accountHosts as ClusterPlan["accountHosts"] };
  const run = async (plan: InstancePlan, alias: string, options: readonly string[], command: readonly string[]) =>
    docker(
      ...["run", "--detach", "--init", label, `--name=${containerOf(plan.name)}`, `--hostname=${plan.name}`],
      ...[`--network=${stage}`, `--network-alias=${alias}`, "--user=999:999", "--read-only", "--cap-drop=ALL"],
      ...["--restart=unless-stopped", "--dns-option=timeout:1", "--dns-option=attempts:1", ...options],
      ...[plan.image, ...command],
    );
  const readOnly = (folders: Readonly<Record<string, string>>) =>
    Object.entries(folders).map(([path, source]) => `--volume=${source}:${path}:ro`);
  const tmpfs = (...paths: readonly string[]) => paths.map((path) => `--tmpfs=${path}:uid=999,gid=999,mode=0750`);
  const program = agentProgram();
  const programFolder = { [program.path]: join(ROOT, "agent/dist") };

  for (const plan of cluster.databases) {
    const secrets = { ...SECRETS, ...serverFiles(authority, issue(plan.member, authority)) };
    const shared = {
      [DESIRED_FOLDER]: await folderOf(`${plan.name}-desired`, desiredFiles(plan, cluster)),
      [SECRETS_FOLDER]: await folderOf(`${plan.name}-secrets`, secrets),
    };
    const runVolume = `${containerOf(plan.name)}-run`;
    await docker(
      ...["volume", "create", label, "--driver=local", "--opt=type=tmpfs", "--opt=device=tmpfs"],
      ...["--opt=o=uid=999,gid=999,mode=0750,size=4m", runVolume],
    );
    const volumes = [`--volume=${containerOf(plan.name)}:${DATA_FOLDER}`, `--volume=${runVolume}:${RUN_FOLDER}`];
    const settings = { [SETTINGS_FILE]: JSON.stringify(agentSettings(plan, cluster, database)) };
    await run(
      plan.agent,
      plan.agent.name,
      [
        ...readOnly({ ...shared, ...programFolder, [AGENT_FOLDER]: await folderOf(`${plan.name}-agent`, settings) }),
        ...volumes,
        ...tmpfs("/tmp"),
      ],
      agentCommand("node"),
    );
    const config = { [CONFIG_FOLDER]: await folderOf(`${plan.name}-config`, nodeFiles(plan, cluster)) };
    await run(
      plan,
      plan.member,
      [
        ...Object.entries(nodeEnvironment(plan)).map(([key, value]) => `--env=${key}=${value}`),
        ...readOnly({ ...shared, ...config }),
        ...volumes,
        ...tmpfs("/tmp").map((folder) => `${folder},size=16m`),
        `--publish=127.0.0.1::${plan.port}`,
      ],
      ["bash", `${CONFIG_FOLDER}/start.sh`],
    );
  }
  const expected = { certificates: {}, passwords: {} };
  const controller = {
    ...programFolder,
    [AGENT_FOLDER]: await folderOf("controller-agent", {
      [SETTINGS_FILE]: JSON.stringify(controllerSettings(cluster, expected)),
    }),
    [SECRETS_FOLDER]: await folderOf("controller-secrets", {
      ...SECRETS,
      [basename(TLS.authority)]: authority.certificate,
    }),
  };
  await run(
    cluster.controller,
    cluster.controller.name,
    [...readOnly(controller), ...tmpfs("/tmp")],
    agentCommand("controller"),
  );

  const execute: StackContainers["execute"] = async (name, command, input = "") =>
    (await execa("docker", ["exec", "--interactive", containerOf(name), ...command], { input })).stdout;
  const databases = databasesOf({ execute }, { cluster });
  const imageOf = (name: string) => cluster.databases.find((plan) => plan.name === name)?.image ?? "";
  const holders = new Set<Promise<unknown>>();
  const stop = (...names: readonly string[]) => docker("kill", ...names.map(containerOf));
  const start = async (...names: readonly string[]) => void (await docker("start", ...names.map(containerOf)));
  const members = async () => {
    const members = await askMembers(cluster, databases.ask, execute);
    return { members, covers: await comparisons(members, databases.ask) };
  };
  /** Starts a client in a server's container that reads statements from its standard input. */
  const client = (name: string) =>
    execa(
      "docker",
      [
        ...["exec", "--interactive", "--env=MYSQL_PWD=root", containerOf(name)],
        ...["mysql", "--user=root", "--batch", "--skip-column-names", "--unbuffered"],
      ],
      { reject: false, buffer: false },
    );

  return {
    cluster,
    databases,
    execute,
    place: (name) => ({ engine, container: engine.getContainer(containerOf(name)) }),
    rows: async (name, statement) => (await databases.ask(name, statement)).map((row) => row.join(" ")).join("\n"),
    members,
    untilInPlace: (seconds = 180) =>
      eventually(async () => {
        const { members: all } = await members();
        const outOfPlace = all.filter(({ problem }) => problem !== undefined);
        // The controller has to agree.
        if (outOfPlace.length === 0)
          return void (await execute(cluster.controller.name, ["test", "-e", "/tmp/in-place"]));
        throw new Error(outOfPlace.map(({ plan, problem, state }) => `${plan.name} ${problem}: ${state}`).join("\n"));
      }, seconds),
    untilState: (name, state, seconds = 180) =>
      eventually(async () => {
        const now = await execute(name, ["cat", NODE_PATHS.state]);
        if (!state.test(now)) throw new Error(`${name} is: ${now}`);
      }, seconds),
    kill: async (...names) => void (await stop(...names)),
    start,
    inData: (name, script) =>
      docker(
        ...["run", "--rm", "--user=999:999", "--network=none", "--entrypoint=bash", "--workdir=/var/lib/mysql"],
        ...[`--volume=${containerOf(name)}:${DATA_FOLDER}`, imageOf(name), "-c", script],
      ),
    async holdApplier(name, table) {
      const holder = client(name);
      holders.add(holder);
      holder.stdin.write(`LOCK TABLES ${table} READ;\nSELECT 'held';\n`);
      await new Promise<void>((resolve) => holder.stdout.once("data", () => resolve()));
      return async () => {
        holder.stdin.end();
        await holder;
      };
    },
    write(name, connections, first) {
      const acknowledged: number[] = [];
      let [next, isStopped] = [first, false];
      const writeOn = async () => {
        const { hostname, port } = new URL(await published(containerOf(name), MYSQL_PORT));
        const connection = await mysql.createConnection({
          ...{ host: hostname, port: Number(port), user: "application", password: "application", database },
          ssl: { ca: authority.certificate, rejectUnauthorized: true, verifyIdentity: false },
        });
        connection.on("error", () => {});
        // An error ends the loop when the server goes.
        try {
          while (!isStopped) {
            const row = next++;
            await connection.query("INSERT INTO written VALUES (?)", [row]);
            acknowledged.push(row);
          }
        } catch {
          isStopped = true;
        }
        connection.destroy();
      };
      const writing = Promise.all(Array.from({ length: connections }, writeOn));
      return {
        acknowledged,
        async stop() {
          isStopped = true;
          await writing;
        },
      };
    },
    async setPassword(account, password) {
      for (const name of [...cluster.databases.map((plan) => plan.name), "controller"]) {
        await writeFile(join(folder, `${name}-secrets`, `${account}-password`), password);
      }
    },
    promote: (plan) =>
      promote(plan, {
        nodes: {
          fence: async (name) => {
            await stop(name).catch(() => undefined);
            return true;
          },
          start: (name) => start(name),
        },
        execute,
        ask: databases.ask,
        say: () => {},
      }),
    async remove() {
      const containers = await docker("ps", "--all", "--quiet", `--filter=label=${stage}`);
      if (containers !== "") await docker("rm", "--force", "--volumes", ...containers.split("\n"));
      await Promise.all(holders);
      const volumes = cluster.databases.flatMap(({ name }) => [containerOf(name), `${containerOf(name)}-run`]);
      await docker("volume", "rm", ...volumes);
      await docker("network", "rm", stage);
      await rm(folder, { recursive: true });
    },
  };
}
