import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { partOf } from "../config/subnets.ts";
import { answerOf } from "../engine/images.ts";
import { labelFilter, PROJECT_LABEL, STACK_LABEL } from "../engine/labels.ts";
import { PROJECT } from "../operations/stack/project.ts";
import { engine } from "./engine.ts";
import { removeHosts } from "./hosts/machines.ts";
import { killByWord } from "./processes.ts";

/** The beginning of the names of test stacks. */
const PREFIX = "it-";
/** The beginning of the names of their folders; the stack's name follows. */
const FOLDER = "foobar-";

/**
 * The claim on a test stack is a socket: on every system it ends with its process, and cannot be mistaken for that of
 * another process.
 */
const CLAIM = ".claim";

/** The number of test stacks that can be up side by side, each with its own subnets and ports. */
const SLOTS = 8;
/** A slot is a port on which its owner listens, so that any end of the process gives the slot back. */
const FIRST_SLOT_PORT = 14_900;

/** A test's part of the engine and of the file system, apart from all other test runs on this machine. */
export interface TestStack {
  readonly name: string;
  /** A folder of its own, which exists. */
  readonly folder: string;
  readonly slot: Slot;
  /**
   * Options for `docker run` and `docker network create`: the labels by which the results are removed with the stack.
   */
  readonly labels: readonly string[];
  /** Removes all parts of the stack, even protected ones. */
  remove(): Promise<void>;
}

/** Makes a test stack, after removing the leftovers of runs that were killed. */
export async function createTestStack(): Promise<TestStack> {
  const abandoned = await removeAbandoned();
  if (abandoned.length > 0) console.log(`removed what a run that was killed had left: ${abandoned.join(", ")}`);
  const slot = await takeSlot();
  const name = `${PREFIX}${Math.random().toString(36).slice(2, 8)}`;
  const folder = folderOf(name);
  // The claim comes first: to other runs, a folder without a claim is a leftover.
  const hidden = await mkdtemp(join(tmpdir(), "unclaimed-"));
  const claimed = await claim(hidden);
  await rename(hidden, folder);
  return {
    name,
    folder,
    slot,
    labels: labelsOf(name).map((label) => `--label=${label}`),
    async remove() {
      await removeStack(name);
      claimed.close();
      slot.release();
    },
  };
}

/** The subnets and ports of one test project, apart from all others on this machine. */
export interface Slot {
  /** The range of all its networks. The ranges that error messages propose begin elsewhere. */
  readonly range: string;
  /** The first three numbers of the slot's own subnet that stands for 10.201.N.0/24, a default subnet. */
  prefix(network: number): string;
  /** The same text with the slot's addresses in place of the default addresses. */
  moved(text: string): string;
  /** Ports of this slot alone, which the kernel gives to no connection. */
  readonly ports: { readonly first: number; readonly last: number };
  readonly hosts: HostsSlot;
  release(): void;
}

/** The part of this machine's network in which one test project has several machines. */
export interface HostsSlot {
  /** The subnet in which the machines are. */
  readonly lan: string;
  /** The range from which their swarm takes subnets that nobody asks for. */
  readonly pool: string;
  /** This machine's network device in the subnet. */
  readonly link: string;
}

/** @throws Error if all slots are taken */
async function takeSlot(): Promise<Slot> {
  for (let slot = 0; slot < SLOTS; slot++) {
    const server = await listening(FIRST_SLOT_PORT + slot);
    if (server === undefined) continue;
    const range = `10.200.${slot * 16}.0/20`;
    const prefix = (network: number) => partOf(range, network).replace(/\.0\/24$/, "");
    return {
      range,
      prefix,
      moved: (text) => text.replaceAll(/\b10\.201\.(\d+)(?=\.)/g, (_, network) => prefix(Number(network))),
      ports: { first: 15_000 + slot * 2_000, last: 16_999 + slot * 2_000 },
      hosts: { lan: `10.199.${slot}.0/24`, pool: `10.198.${slot * 16}.0/20`, link: `foobar-lan${slot}` },
      release: () => void server.close(),
    };
  }
  throw new Error(`${SLOTS} test projects are at work on this machine: there is no room for another one`);
}

/**
 * What test runs do one after the other, and the port of whoever has the turn. Two runs at once would be proposed the
 * same addresses by error messages, and would remove the same leftovers.
 */
const TURNS = { proposals: FIRST_SLOT_PORT + SLOTS, leftovers: FIRST_SLOT_PORT + SLOTS + 1 };

/**
 * Waits for the turn to do something that one test run does at a time.
 * @returns a function that gives the turn back; so does the end of the process
 */
export async function takeTurn(turn: keyof typeof TURNS): Promise<() => void> {
  for (;;) {
    const server = await listening(TURNS[turn]);
    if (server !== undefined) return () => void server.close();
    await setTimeout(500);
  }
}

function listening(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => resolve(server)).unref();
  });
}

/** The folder of a test stack, with its copy of the project and its state. */
function folderOf(stack: string): string {
  return join(tmpdir(), `${FOLDER}${stack}`);
}

/** Picks the parts of one stack from the engine's lists. */
export function labelsOf(stack: string): string[] {
  return labelFilter({ project: PROJECT, stack });
}

/** Shows other runs that this process still uses a stack. Any end of the process takes the claim back. */
function claim(folder: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once("error", reject);
    server.listen(join(folder, CLAIM), () => resolve(server)).unref();
  });
}

/** Removes a container, which may end and be removed by its engine at the same moment. */
async function removeContainer(id: string): Promise<void> {
  const container = engine.getContainer(id);
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    if (answerOf(error).status === 409) await container.wait({ condition: "removed" }).catch(unlessGone);
    else unlessGone(error);
  }
}

function unlessGone(error: unknown): void {
  if (answerOf(error).status !== 404) throw error;
}

/** Removes a test stack from the engine, and its folder, even protected parts. */
async function removeStack(stack: string): Promise<void> {
  const filters = { label: labelsOf(stack) };
  for (const { Id } of await engine.listContainers({ all: true, filters })) await removeContainer(Id);
  for (const { Id } of await engine.listNetworks({ filters })) {
    const network = engine.getNetwork(Id);
    // Containers that tests have put beside the stack, whose labels would make them a part of it.
    const { Containers: others = {} } = await network.inspect();
    for (const other of Object.keys(others)) await removeContainer(other);
    await network.remove();
  }
  const { Volumes } = await engine.listVolumes({ filters });
  for (const { Name } of Volumes ?? []) await engine.getVolume(Name).remove();
  // Images that were built for releases: the containers that ran them are gone.
  for (const { Id } of await engine.listImages({ filters })) await engine.getImage(Id).remove();
  await removeHosts(folderOf(stack));
  await rm(folderOf(stack), { recursive: true, force: true });
}

/**
 * Removes the test stacks of runs that were killed before they could do it: each start of the engine would start their
 * containers again, and their networks occupy addresses that this run needs.
 * @returns the names of the stacks
 */
async function removeAbandoned(): Promise<string[]> {
  const done = await takeTurn("leftovers");
  try {
    return await removeUnclaimed();
  } finally {
    done();
  }
}

async function removeUnclaimed(): Promise<string[]> {
  const filters = { label: [`${PROJECT_LABEL}=${PROJECT}`] };
  const { Volumes } = await engine.listVolumes({ filters });
  const labelled = [
    ...(await engine.listContainers({ all: true, filters })),
    ...(await engine.listNetworks({ filters })),
    ...(Volumes ?? []),
  ].flatMap(({ Labels }) => Labels?.[STACK_LABEL] ?? []);
  const folders = (await readdir(tmpdir())).flatMap(
    (name) => new RegExp(`^${FOLDER}(${PREFIX}.+)$`).exec(name)?.[1] ?? [],
  );
  const abandoned: string[] = [];
  for (const stack of new Set([...labelled.filter((name) => name.startsWith(PREFIX)), ...folders])) {
    if (!(await isClaimed(stack))) abandoned.push(stack);
  }
  for (const stack of abandoned) {
    // A command that outlived its run would go on to make the parts that are removed here.
    await killByWord(stack);
    await removeStack(stack);
  }
  return abandoned;
}

function isClaimed(stack: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(claimOf(stack), () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function claimOf(stack: string): string {
  return join(folderOf(stack), CLAIM);
}
