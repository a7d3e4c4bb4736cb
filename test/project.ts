import { randomInt } from "node:crypto";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { eventually } from "../engine/eventually.ts";
import { isBound } from "../engine/ports.ts";
import { serviceOf } from "../operations/stack/find.ts";
import { ROOT } from "../operations/stack/project.ts";
import { engine, engineMissing } from "./engine.ts";
import { descendants, killIfAlive, processes } from "./processes.ts";
import { createTestStack, labelsOf, type Slot } from "./stacks.ts";

/** Options for an `up` without its preview. */
export const UNSEEN = ["--yes", "--skip-preview"];

type Settings = Readonly<Record<string, unknown>>;

/** A command that has ended. */
export interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  /** Standard output and error together, without colours. */
  readonly output: string;
}

/** A running command. */
export interface Running {
  readonly ended: Promise<Ran>;
  /** Resolves when the output so far matches; rejects if the command ends without a match. */
  seen(pattern: RegExp): Promise<void>;
  /**
   * Signals the command's process group, as a terminal does. SIGKILL also reaches the plugins, which have groups of
   * their own.
   */
  signal(signal: NodeJS.Signals): Promise<void>;
}

/** A copy of the project with its own stack and state, so that the user's stacks are left alone. */
export interface TestProject {
  readonly folder: string;
  readonly stack: string;
  readonly url: string;
  /** This machine's ports that the project may publish: site and statistics of two load balancers, then their HTTPS. */
  readonly ports: readonly [number, number, number, number, number, number];
  /** The port of its board, where it is watched. */
  readonly boardPort: number;
  /** Its share of subnets and ports beside other test projects. */
  readonly slot: Slot;
  /** The environment in which `pulumi` itself finds the stack. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs one of the project's npm scripts. */
  npm(script: string, args?: readonly string[]): Promise<Ran>;
  /** Starts one of the project's npm scripts. */
  start(script: string, args?: readonly string[]): Running;
  pulumi(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ran>;
  /** Replaces settings in the stack's file; resolves to a function that puts the former settings back. */
  configure(settings: Settings): Promise<() => Promise<void>>;
  /** The stack's containers, running or not, networks and volumes on the engine. */
  inventory(): Promise<Inventory>;
  /** Removes everything, even protected resources. */
  remove(): Promise<void>;
}

export interface Inventory {
  readonly containers: readonly { readonly name: string; readonly id: string; readonly published: readonly string[] }[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

/** The reason why integration tests cannot run here; undefined: they can. */
export async function missing(): Promise<string | undefined> {
  const noEngine = await engineMissing();
  if (noEngine !== undefined) return noEngine;
  const { failed } = await execa("pulumi", ["version"], { reject: false });
  return failed ? "there is no Pulumi CLI" : undefined;
}

export async function createProject(): Promise<TestProject> {
  const { name: stack, folder, slot, remove } = await createTestStack();
  const { stdout } = await execa("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
  });
  for (const file of stdout.split("\0").filter((name) => name !== "")) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(join(ROOT, file), join(folder, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  }
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));

  const state = join(folder, ".state");
  const {
    PULUMI_BACKEND_URL: _,
    PULUMI_CONFIG_PASSPHRASE: __,
    PULUMI_CONFIG_PASSPHRASE_FILE: ___,
    ...rest
  } = process.env;
  const outer = { ...rest, FOOBAR_STATE_DIR: state, PULUMI_CREDENTIALS_PATH: state };
  const env = {
    ...outer,
    PULUMI_BACKEND_URL: `file://${state}/state`,
    PULUMI_CONFIG_PASSPHRASE_FILE: join(state, "passphrase"),
  };
  const file = join(folder, `Pulumi.${stack}.yaml`);
  const dev = parse(await readFile(join(ROOT, "Pulumi.dev.yaml"), "utf8"));
  const next = () => freePort(slot);
  const ports = [await next(), await next(), await next(), await next(), await next(), await next()] as const;
  const [port, statsPort, , , httpsPort] = ports;
  const boardPort = await next();
  await writeFile(
    file,
    stringify({
      config: {
        ...dev.config,
        "foobar:loadBalancer": { ...dev.config["foobar:loadBalancer"], port, httpsPort, statsPort },
        "foobar:networks": { range: slot.range },
      },
    }),
  );

  const run = (command: readonly string[], environment: NodeJS.ProcessEnv): Running => {
    const [program = "", ...args] = command;
    const child = execa(program, args, {
      cwd: folder,
      env: environment,
      extendEnv: false,
      reject: false,
      all: true,
      stdin: "ignore",
      detached: true,
    });
    const ended = child.then(({ exitCode, stdout, all }) => ({
      exitCode,
      stdout,
      output: stripVTControlCharacters(all),
    }));
    return {
      ended,
      seen: (pattern) =>
        new Promise((resolve, reject) => {
          let output = "";
          child.all.on("data", (chunk: Buffer) => {
            output += stripVTControlCharacters(chunk.toString());
            if (pattern.test(output)) resolve();
          });
          ended.then(() => reject(new Error(`it ended before ${pattern.source}:\n${output}`)), reject);
        }),
      async signal(signal) {
        if (child.pid === undefined) return;
        const orphans = signal === "SIGKILL" ? descendants(child.pid, await processes()) : [];
        process.kill(-child.pid, signal);
        for (const pid of orphans) killIfAlive(pid);
      },
    };
  };
  const script = (name: string, args: readonly string[] = []) =>
    run(["npm", "run", "--silent", name, "--", "--stack", stack, ...args], outer);
  const label = labelsOf(stack);
  return {
    folder,
    stack,
    env,
    slot,
    url: `http://127.0.0.1:${port}`,
    ports,
    boardPort,
    pulumi: (args, environment = env) =>
      run(["pulumi", ...args, "--stack", stack, "--non-interactive"], environment).ended,
    npm: (name, args) => script(name, args).ended,
    start: (name, args) => script(name, args),
    async configure(settings) {
      const { config } = parse(await readFile(file, "utf8"));
      // The CLI writes into the file, too, so only the settings are put back.
      const write = async (settings: Settings) =>
        writeFile(file, stringify({ ...parse(await readFile(file, "utf8")), config: settings }));
      const monitoring = settings["foobar:monitoring"];
      const watched = typeof monitoring === "object" ? { "foobar:monitoring": { boardPort, ...monitoring } } : {};
      await write({ ...config, ...settings, ...watched });
      return () => write(config);
    },
    async inventory() {
      const containers = await engine.listContainers({ all: true, filters: { label } });
      const networks = await engine.listNetworks({ filters: { label } });
      const { Volumes } = await engine.listVolumes({ filters: { label } });
      return {
        containers: containers
          .map(({ Id, Names, Ports }) => ({
            id: Id,
            name: Names[0]?.slice(1) ?? "",
            published: Ports.flatMap(({ IP, PublicPort }) => (PublicPort === undefined ? [] : [`${IP}:${PublicPort}`])),
          }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
        networks: networks.map(({ Name }) => Name).sort(),
        volumes: (Volumes ?? []).map(({ Name }) => Name).sort(),
      };
    },
    remove,
  };
}

/** Inspects the container of a service. */
export async function inspect(project: TestProject, service: string) {
  const { containers } = await project.inventory();
  const found = containers.find(({ name }) => serviceOf(name) === service);
  if (found === undefined) throw new Error(`${service} has no container`);
  return engine.getContainer(found.id).inspect();
}

/** Freezes a service's container, so that it neither answers nor closes; resolves to a function that thaws it. */
export async function freeze(project: TestProject, service: string): Promise<() => Promise<void>> {
  const { Id } = await inspect(project, service);
  // A runtime fails to freeze a container in which processes come and go, as health checks do on a busy machine.
  await eventually(() => engine.getContainer(Id).pause(), 20);
  return () => engine.getContainer(Id).unpause();
}

/**
 * Stops a service's container, which its restart policy leaves stopped; resolves to a function that starts it again.
 */
export async function stop(project: TestProject, service: string): Promise<() => Promise<void>> {
  const { Id } = await inspect(project, service);
  await engine.getContainer(Id).stop();
  return () => engine.getContainer(Id).start();
}

/** The server UUID in each of the stack's data volumes: another UUID means other data. */
export async function databaseIdentities(project: TestProject, image: string): Promise<Record<string, string>> {
  const { volumes } = await project.inventory();
  const identities: Record<string, string> = {};
  for (const volume of volumes.filter((name) => /-mysql-server\d$/.test(name))) {
    const mount = ["--network=none", `--volume=${volume}:/data:ro`, "--entrypoint=cat"];
    identities[volume] = (await execa("docker", ["run", "--rm", ...mount, image, "/data/auto.cnf"])).stdout;
  }
  return identities;
}

/** Removes a container behind the CLI's back, as a person could. */
export async function removeContainer(id: string): Promise<void> {
  await engine.getContainer(id).remove({ force: true });
}

/** A free port below those that the kernel gives to connections, so that it stays free until it is bound. */
export async function freePort({ ports }: Pick<Slot, "ports">): Promise<number> {
  for (;;) {
    const port = randomInt(ports.first, ports.last + 1);
    if (!(await isBound("127.0.0.1", port))) return port;
  }
}
