import assert from "node:assert/strict";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { eventually } from "../../engine/eventually.ts";
import { engineLabels, labelFilter } from "../../engine/labels.ts";
import { ROOT } from "../../operations/stack/project.ts";
import { docker, engine } from "../engine.ts";
import { inspect, type TestProject, UNSEEN } from "../project.ts";
import { describeProject, post, read, succeed, unchanged, up } from "../site.ts";

interface Answer {
  readonly exitCode: number | undefined;
  readonly output: string;
}

/** The same stack in another environment: another checkout, another state, another name. */
interface Other {
  npm(script: string, ...args: string[]): Promise<Answer>;
  pulumi(...args: string[]): Promise<Answer>;
}

type Place = Pick<TestProject, "folder" | "stack" | "env">;

/** A checkout without the CLI's notes in the stack's file, as another user has it. */
async function checkout({ folder, stack }: Place, name: string): Promise<string> {
  const copy = join(folder, name);
  await mkdir(copy);
  const { stdout } = await execa("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
  });
  const folders = new Set(stdout.split("\0").flatMap((file) => file.split("/")[0] || []));
  for (const entry of folders) await cp(join(folder, entry), join(copy, entry), { recursive: true });
  await symlink(join(folder, "node_modules"), join(copy, "node_modules"));
  const file = `Pulumi.${stack}.yaml`;
  const { config } = parse(await readFile(join(folder, file), "utf8"));
  await writeFile(join(copy, file), stringify({ config }));
  return copy;
}

/**
 * @param state the folder of the state for the npm scripts
 * @param backend the backend of both instead, with the login in that folder
 */
function other({ folder, stack, env }: Place, state: string, backend?: NodeJS.ProcessEnv): Other {
  const { PULUMI_BACKEND_URL: _, PULUMI_CONFIG_PASSPHRASE_FILE: __, ...outer } = env;
  const { FOOBAR_STATE_DIR: ___, ...rest } = outer;
  const scripts = { ...rest, PULUMI_CREDENTIALS_PATH: state, ...(backend ?? { FOOBAR_STATE_DIR: state }) };
  const cli = {
    ...scripts,
    PULUMI_BACKEND_URL: `file://${state}/state`,
    PULUMI_CONFIG_PASSPHRASE_FILE: join(state, "passphrase"),
    ...backend,
  };
  const run = async (command: readonly string[], environment: NodeJS.ProcessEnv): Promise<Answer> => {
    const [program = "", ...args] = command;
    const options = { cwd: folder, env: environment, extendEnv: false, reject: false, stdin: "ignore" } as const;
    const { exitCode, all } = await execa(program, args, { ...options, all: true });
    return { exitCode, output: stripVTControlCharacters(all) };
  };
  return {
    npm: (script, ...args) => run(["npm", "run", "--silent", script, "--", "--stack", stack, ...args], scripts),
    pulumi: (...args) => run(["pulumi", ...args, "--stack", stack, "--non-interactive"], cli),
  };
}

describeProject("a stack and the state that it belongs to", (project) => {
  let second: Other;
  let backup = "";
  const present = async () => {
    const { containers, networks, volumes } = await project().inventory();
    return { containers: containers.map(({ id, name }) => `${name} ${id}`), networks, volumes };
  };
  const serves = async () => assert.equal((await fetch(project().url)).status, 200);
  const volume = (name: string) => `foobar-${project().stack}-${name}`;
  const succeeds = (answer: Answer) => assert.equal(answer.exitCode, 0, answer.output);
  const mark = async () => (await project().pulumi(["stack", "output", "state"])).stdout.trim();

  /** Makes sure that all is as before, and serves. */
  const untouched = async (work: () => Promise<void>) => {
    const before = await present();
    await work();
    assert.deepEqual(await present(), before);
    await serves();
  };

  const refused = (answer: Answer, pattern: RegExp) => {
    assert.notEqual(answer.exitCode, 0, answer.output);
    assert.match(answer.output, pattern);
  };

  it("comes up, with its mark on all its resources", async () => {
    await project().configure({ "foobar:mysql": { backup: { archiveSeconds: 5 } } });
    await up(project());
    await post(project(), "kept");
    backup = (await succeed(project(), "backup")).trim().split(/ {2,}/)[0] ?? "";
    const { Config } = await inspect(project(), "web-server1");
    assert.equal(Config.Labels["foobar.state"], await mark());
    const folder = await checkout(project(), ".second");
    second = other({ ...project(), folder }, join(folder, ".state"));
  });

  it("is found under its full name, too, by commands that read its file and ask its containers", async () => {
    const name = ["--stack", `organization/foobar/${project().stack}`];
    await succeed(project(), "preview", ...name, "--expect-no-changes");
    await succeed(project(), "database", "status", ...name);
    assert.ok((await succeed(project(), "backups", ...name)).startsWith(backup));
    refused(
      await project().npm("up", ["--stack", "organization/shop/dev"]),
      /belongs to the project shop, and this is foobar/,
    );
  });

  it("is refused to another state by every command that changes it, before anything is changed", async () => {
    const others = new RegExp(
      `belongs to another state; nothing was touched\\n +found: +\\d+ containers \\(12 at work\\): app-server1-[\\s\\S]*made by: +the state ${await mark()}`,
    );
    await untouched(async () => {
      refused(await second.npm("up"), others);
      refused(await second.npm("down", "--yes"), others);
      refused(await second.npm("preview"), others);
      refused(await second.pulumi("up", "--yes"), others);
      refused(await second.npm("restore", "--latest", "--yes"), others);
      refused(await second.npm("backup"), others);
      refused(await second.npm("drill", "kill-nginx", "--yes"), others);
    });
  });

  it("asks before it removes running containers, and without a terminal requires an option", async () => {
    const name = `${project().stack}-at-work`;
    const labels = engineLabels(
      { project: "foobar", stack: project().stack },
      { state: await mark(), purpose: "restore" },
    );
    const { Config } = await inspect(project(), "web-server1");
    const flags = Object.entries(labels).map(([label, value]) => `--label=${label}=${value}`);
    await docker(
      "run",
      "--detach",
      "--network=none",
      "--entrypoint=sleep",
      ...flags,
      `--name=${name}`,
      Config.Image,
      "600",
    );
    await untouched(async () => {
      for (const script of ["up", "down"]) {
        const answer = await project().npm(script, ["--yes"]);
        refused(
          answer,
          new RegExp(`1 container \\(1 at work\\): ${name}[\\s\\S]*nothing was touched[\\s\\S]*--remove-leftovers`),
        );
      }
    });
    await succeed(project(), "up", ...UNSEEN, "--remove-leftovers", "--expect-no-changes");
    const { containers } = await project().inventory();
    assert.ok(!containers.some((container) => container.name === name));
    await serves();
  });

  it("heals the container that a killed run was making, even if it has become healthy since", async () => {
    await project().configure({ "foobar:loadBalancer": await withHealth(project(), { fall: 3 }) });
    const interrupted = project().start("up");
    await interrupted.seen(/docker:index:Container haproxy-lb1 creating/);
    const label = labelFilter({ project: "foobar", stack: project().stack }, "haproxy-lb1");
    const haproxies = async (more = {}) =>
      (await engine.listContainers({ filters: { label, status: ["running"], ...more } })).length;
    // The run waits for the first health check, which comes two seconds after the start at the earliest.
    await eventually(async () => assert.equal(await haproxies(), 2), 60);
    await interrupted.signal("SIGKILL");
    await interrupted.ended;
    await eventually(async () => assert.equal(await haproxies({ health: ["healthy"] }), 2), 60);
    const { exitCode, output } = await project().npm("up", UNSEEN);
    assert.equal(exitCode, 0, output);
    assert.match(output, /removing the container haproxy-lb1-\w+, which an interrupted run left/);
    assert.equal(await haproxies(), 1);
    await unchanged(project());
    await serves();
  });

  it("goes on with its state in another folder, and in another backend", async () => {
    const { folder } = project();
    const copied = join(folder, ".copied");
    const backend = join(folder, ".backend");
    const exported = join(folder, "state.json");
    await untouched(async () => {
      await cp(join(folder, ".state"), copied, { recursive: true });
      succeeds(await other(project(), copied).npm("preview", "--expect-no-changes"));

      succeeds(await project().pulumi(["stack", "export", "--file", exported]));
      await mkdir(backend);
      const elsewhere = other(project(), copied, {
        PULUMI_BACKEND_URL: `file://${backend}`,
        PULUMI_CONFIG_PASSPHRASE_FILE: join(copied, "passphrase"),
      });
      succeeds(await elsewhere.pulumi("stack", "init"));
      succeeds(await elsewhere.pulumi("stack", "import", "--file", exported));
      succeeds(await elsewhere.npm("up", ...UNSEEN, "--expect-no-changes"));
    });
  });

  it("is not made anew after it was renamed, and has its data under its former name again", async () => {
    const { stack } = project();
    await untouched(async () => {
      const renamed = { ...project(), stack: `renamed-${stack}` };
      succeeds(await project().pulumi(["stack", "rename", renamed.stack]));
      const state = join(project().folder, ".state");
      const { npm, pulumi } = other(renamed, state);
      const pattern = new RegExp(
        `was ${stack} before it was renamed[\\s\\S]*${volume("mysql-server1")}, ${volume("mysql-server2")}\\n +cure: +pulumi stack rename ${stack} --stack ${renamed.stack}`,
      );
      refused(await npm("up"), pattern);
      refused(await pulumi("up", "--yes"), pattern);
      succeeds(await pulumi("stack", "rename", stack));
      await unchanged(project());
    });
  });

  it("keeps the data of a part that is switched off, and says so", async () => {
    const restore = await project().configure({
      "foobar:mysql": {},
      "foobar:servers": [{ name: "server1", roles: ["web", "app", "db"] }],
    });
    const { exitCode, output } = await project().npm("up", UNSEEN);
    assert.equal(exitCode, 0, output);
    const volumes = [volume("backups"), volume("mysql-server2")];
    assert.match(
      output,
      new RegExp(`kept, .*: ${volumes.join(", ")}\\n.*the state has the backups' key\\n.*docker volume rm`),
    );
    for (const name of volumes) assert.ok((await project().inventory()).volumes.includes(name), name);
    await unchanged(project());
    await restore();
  });

  it("reads its earlier backups when they are switched on again", async () => {
    await up(project());
    assert.match(await succeed(project(), "backups"), new RegExp(`^${backup} `, "m"));
    const { exitCode, output } = await project().npm("restore", ["--name", backup]);
    assert.equal(exitCode, 1, output);
    assert.match(output, /restored and checked: .*\n +messages +rows now: 1, restored: 1\n[\s\S]*nothing was changed/);
    assert.deepEqual(
      (await read(project())).messages.map(({ text }) => text),
      ["kept"],
    );
  });

  it("goes down except for its key and its mark, and its data is refused to another state", async () => {
    await succeed(project(), "down", "--yes");
    const { containers, networks, volumes } = await project().inventory();
    assert.deepEqual([containers, networks], [[], []]);
    const state = (await project().pulumi(["stack", "export"])).stdout;
    for (const name of ["RandomPassword::backup-key", "RandomId::state"]) assert.ok(state.includes(name), name);
    // The backups of another state prevent only backups.
    const databases = volumes.filter((name) => name !== volume("backups"));
    refused(await second.npm("up"), new RegExp(`belongs to another state[\\s\\S]*2 volumes: ${databases.join(", ")}`));
    assert.deepEqual(await present(), { containers: [], networks: [], volumes });
  });
});

async function withHealth({ folder, stack }: TestProject, health: unknown): Promise<unknown> {
  const { config } = parse(await readFile(join(folder, `Pulumi.${stack}.yaml`), "utf8"));
  return { ...config["foobar:loadBalancer"], health };
}
