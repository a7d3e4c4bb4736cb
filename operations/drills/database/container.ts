import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { engineLabels, type StackIdentity } from "../../../engine/labels.ts";
import { type Outputs, separated } from "../../../engine/streams.ts";
import { serverNetwork } from "../../../topology/networks.ts";
import { networkOf } from "../../../topology/plan.ts";
import type { DrillContext } from "../drill.ts";
import { accessOf } from "./access.ts";
import { writerScript } from "./bundle.ts";
import { type Note, note, type WriterSettings } from "./notes.ts";

/** A running writer. */
export interface Writer {
  /** The notes so far. */
  readonly notes: readonly Note[];
  /**
   * Ends the writer, and waits until every statement is answered or given up. Resolves to the moment when it stopped
   * sending, in milliseconds since its begin.
   * @throws Error if the writer had ended by itself
   */
  stop(): Promise<number>;
}

/** The writer ends by itself after this time, even if the drill has died. */
export const MAX_SECONDS = 600;

/** Longer than the writer waits for open statements. */
const STOP_SECONDS = 20;

/** Starts a writer beside an application server, by default the first, with the same access to the databases. */
export async function startWriter(
  { engines, containers, topology, rate, state }: DrillContext,
  application = topology.applications[0],
): Promise<Writer> {
  if (application === undefined) throw new Error("the stack has no application server");
  const { server, writeTo, readFrom } = application;
  const network = networkOf(topology, serverNetwork("router", server)).engineName;
  return run(engines.of(application), { ...topology, network }, application.image, state, {
    ...(await accessOf(containers, { applications: [application] })),
    database: topology.database,
    write: { host: writeTo.address, port: writeTo.port },
    read: { host: readFrom.address, port: readFrom.port },
    rate,
    maxSeconds: MAX_SECONDS,
  });
}

async function run(
  engine: Docker,
  { project, stack, network }: StackIdentity & { readonly network: string },
  image: string,
  state: string | undefined,
  settings: WriterSettings,
): Promise<Writer> {
  const container = await engine.createContainer({
    // The name is always the same, so that two drills cannot run at once and count each other's effects.
    name: `${project}-${stack}-drill`,
    Image: image,
    Entrypoint: ["node", "-"],
    User: "1000:1000",
    Labels: engineLabels({ project, stack }, { state, purpose: "drill" }),
    OpenStdin: true,
    StdinOnce: true,
    HostConfig: {
      NetworkMode: network,
      AutoRemove: true,
      Init: true,
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Memory: 256 * 1024 * 1024,
      PidsLimit: 64,
      // A writer without CPU time would measure itself.
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
      // The container is already removed if the writer has ended by itself.
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
