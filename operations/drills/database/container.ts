import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { engineLabels } from "../../../engine/labels.ts";
import { type Outputs, separated } from "../../../engine/streams.ts";
import type { Topology } from "../../../topology/plan.ts";
import type { DrillContext } from "../drill.ts";
import { accessOf } from "./access.ts";
import { writerScript } from "./bundle.ts";
import { type Note, note, type WriterSettings } from "./notes.ts";

/** A writer that is at work. */
export interface Writer {
  /** What it has told so far. */
  readonly notes: readonly Note[];
  /**
   * Ends it and waits until everything sent is answered or given up. Resolves to when it stopped sending, in
   * milliseconds since it began.
   * @throws Error where it had ended before, of itself
   */
  stop(): Promise<number>;
}

/** The writer ends by itself after this long, whatever becomes of who started it. */
export const MAX_SECONDS = 600;

/** Longer than the writer waits for what is under way. */
const STOP_SECONDS = 20;

/** Starts a writer beside the first application server, with what that is given to reach the databases. */
export async function startWriter({ engines, containers, topology, rate, state }: DrillContext): Promise<Writer> {
  const [application] = topology.applications;
  if (application === undefined) throw new Error("the stack has no application server");
  const { writeTo, readFrom } = application;
  return run(engines.of(application), topology, application.image, state, {
    ...(await accessOf(containers, topology)),
    database: topology.database,
    write: { host: writeTo.address, port: writeTo.port },
    read: { host: readFrom.address, port: readFrom.port },
    rate,
    maxSeconds: MAX_SECONDS,
  });
}

async function run(
  engine: Docker,
  { project, stack, networks }: Topology,
  image: string,
  state: string | undefined,
  settings: WriterSettings,
): Promise<Writer> {
  const network = networks.find(({ name }) => name === "router");
  if (network === undefined) throw new Error("the plan has no network of the routers");
  const container = await engine.createContainer({
    // One name for all: two drills at a time would count each other's doing.
    name: `${project}-${stack}-drill`,
    Image: image,
    Entrypoint: ["node", "-"],
    User: "1000:1000",
    Labels: engineLabels({ project, stack }, { state, purpose: "drill" }),
    OpenStdin: true,
    StdinOnce: true,
    HostConfig: {
      NetworkMode: network.engineName,
      AutoRemove: true,
      Init: true,
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Memory: 256 * 1024 * 1024,
      PidsLimit: 64,
      // One that gets no CPU measures itself.
      CpuShares: 4096,
      LogConfig: { Type: "none", Config: {} },
    },
  });
  let outputs: Outputs;
  try {
    const stream = await container.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true });
    outputs = separated(engine, stream);
    await container.start();
    stream.end(writerScript(settings));
  } catch (error) {
    await container.remove({ force: true });
    throw error;
  }
  const notes: Note[] = [];
  const [told, errors] = [collect(outputs.stdout, notes), text(outputs.stderr)];

  return {
    notes,
    async stop() {
      // It may have ended of itself, and is removed then.
      await container.stop({ t: STOP_SECONDS }).catch(() => undefined);
      await Promise.all([outputs.ended, told]);
      const last = notes.at(-1);
      if (last?.what === "ended") return last.at;
      throw new Error(`the writer ended: ${(await errors).trim() || "it was killed"}`);
    },
  };
}

async function collect(lines: Readable, notes: Note[]): Promise<void> {
  for await (const line of createInterface({ input: lines })) notes.push(note.parse(JSON.parse(line)));
}
