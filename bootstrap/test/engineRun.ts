import type Docker from "dockerode";
import { eventually } from "../../engine/eventually.ts";

export interface Result {
  readonly code: number;
  readonly output: string;
}

/** Containers and volumes of one test file; `clean` removes them and nothing else. */
export class Bench {
  readonly #containers: Docker.Container[] = [];
  readonly #volumes: Docker.Volume[] = [];

  readonly docker: Docker;

  constructor(docker: Docker) {
    this.docker = docker;
  }

  async start(options: Docker.ContainerCreateOptions): Promise<Docker.Container> {
    const container = await this.docker.createContainer({ ...options, Labels: { "foobar.test": "images" } });
    this.#containers.push(container);
    await container.start();
    return container;
  }

  /** Runs a container to its end; one that has not ended by then fails after `seconds`, 30 by default. */
  async run(options: Docker.ContainerCreateOptions, seconds = 30): Promise<Result> {
    const container = await this.start({ ...options, Tty: true });
    const ended = async () => {
      if ((await container.inspect()).State.Running) throw new Error(`it runs on:\n${await this.logs(container)}`);
    };
    await eventually(ended, seconds);
    return { code: (await container.inspect()).State.ExitCode, output: await this.logs(container) };
  }

  async exec(container: Docker.Container, command: readonly string[]): Promise<Result> {
    const exec = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, Tty: true });
    const stream = await exec.start({ Tty: true });
    let output = "";
    for await (const chunk of stream) output += chunk.toString();
    return { code: (await exec.inspect()).ExitCode ?? -1, output: output.trim() };
  }

  async logs(container: Docker.Container): Promise<string> {
    const text = await container.logs({ stdout: true, stderr: true });
    return (await container.inspect()).Config.Tty ? text.toString() : withoutFrames(text);
  }

  /** Waits until a command in the container succeeds, as a health check would. */
  async healthy(container: Docker.Container, command: readonly string[], seconds = 60): Promise<void> {
    await eventually(async () => {
      const { code, output } = await this.exec(container, command);
      if (code !== 0) throw new Error(`${command.join(" ")} failed: ${output}\n${await this.logs(container)}`);
    }, seconds);
  }

  async volume(): Promise<string> {
    const volume = await this.docker.createVolume({ Labels: { "foobar.test": "images" } });
    this.#volumes.push(volume);
    return volume.name;
  }

  /** A volume with these files, readable by all; works for an engine on another machine too. */
  async files(image: string, files: Readonly<Record<string, string | Buffer>>): Promise<string> {
    const name = await this.volume();
    const encoded = Object.entries(files).map(([file, text]) => [file, Buffer.from(text).toString("base64")]);
    const write =
      'for (const [f, t] of JSON.parse(process.env.FILES)) fs.writeFileSync("/files/" + f, Buffer.from(t, "base64"))';
    const { code, output } = await this.run({
      Image: image,
      Cmd: ["node", "-e", write],
      Env: [`FILES=${JSON.stringify(encoded)}`],
      HostConfig: { Binds: [`${name}:/files`] },
    });
    if (code !== 0) throw new Error(output);
    return name;
  }

  async clean(): Promise<void> {
    for (const container of this.#containers.splice(0)) await container.remove({ force: true, v: true });
    for (const volume of this.#volumes.splice(0)) await volume.remove({ force: true });
  }
}

/** Without a terminal each piece of output comes after eight bytes, the last four of them its length. */
function withoutFrames(output: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= output.length; at += 8 + output.readUInt32BE(at + 4)) {
    pieces.push(output.subarray(at + 8, at + 8 + output.readUInt32BE(at + 4)));
  }
  return Buffer.concat(pieces).toString();
}

/**
 * The restrictions of every container of the stack: no capabilities, no new privileges, a read-only root file system.
 */
export function hardened(user: number, tmpfs: readonly string[], volumes: readonly string[] = []): Docker.HostConfig {
  const own = `rw,noexec,nosuid,nodev,uid=${user},gid=${user}`;
  return {
    ReadonlyRootfs: true,
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges"],
    Tmpfs: Object.fromEntries(tmpfs.map((path) => [path, own])),
    Binds: [...volumes],
  };
}
