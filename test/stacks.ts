import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { partOf } from "../config/subnets.ts";
import { labelFilter, PROJECT_LABEL, STACK_LABEL } from "../engine/labels.ts";
import { PROJECT } from "../operations/stack/project.ts";
import { engine } from "./engine.ts";
import { killByWord } from "./processes.ts";

/** How the names of test stacks begin. */
const PREFIX = "it-";
/** How the names of their folders begin, before the stack's. */
const FOLDER = "foobar-";

/** A socket, because nothing else that a process holds ends with it on every system and cannot be mistaken for another's. */
const CLAIM = ".claim";

/** Test stacks that can be up side by side, each with its own subnets and ports. */
const SLOTS = 8;
/** A slot is a port that its owner listens on, so that the end of the process gives it back, however it comes. */
const FIRST_SLOT_PORT = 14_900;

/** What a test has on the engine and in the file system, apart from all others that run on this machine. */
export interface TestStack {
  readonly name: string;
  /** A folder of its own, which is there. */
  readonly folder: string;
  readonly slot: Slot;
  /** `docker run` and `docker network create` take these: what bears them is removed with the stack. */
  readonly labels: readonly string[];
  /** Removes everything that it has, protected or not. */
  remove(): Promise<void>;
}

/** Makes room for a test stack, and removes first what runs that were killed have left. */
export async function createTestStack(): Promise<TestStack> {
  const abandoned = await removeAbandoned();
  if (abandoned.length > 0) console.log(`removed what a run that was killed had left: ${abandoned.join(", ")}`);
  const slot = await takeSlot();
  const name = `${PREFIX}${Math.random().toString(36).slice(2, 8)}`;
  const folder = folderOf(name);
  // Another run takes a folder without a claim for one that was left.
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

/** Subnets and ports that one test project has for itself among all that run on this machine. */
export interface Slot {
  /** The range of all its networks; ranges that errors propose to users begin elsewhere. */
  readonly range: string;
  /** The addresses of 10.201.N.0/24, where the defaults are, in the slot's own subnets: the first three numbers. */
  prefix(network: number): string;
  /** The same text with the slot's addresses in the place of the defaults'. */
  moved(text: string): string;
  /** Ports that no other slot gives out and the kernel gives to no connection. */
  readonly ports: { readonly first: number; readonly last: number };
  release(): void;
}

/** @throws Error where as many test projects as there are slots are at work */
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
      release: () => void server.close(),
    };
  }
  throw new Error(`${SLOTS} test projects are at work on this machine: there is no room for another one`);
}

/**
 * Waits for the turn to take addresses that errors propose, which two test runs at once would be proposed both.
 * @returns how to give it back; the end of the process does, too
 */
export async function takeTurn(): Promise<() => void> {
  for (;;) {
    const server = await listening(FIRST_SLOT_PORT + SLOTS);
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

/** Where a test stack has its copy of the project and its state. */
function folderOf(stack: string): string {
  return join(tmpdir(), `${FOLDER}${stack}`);
}

/** Picks what belongs to one stack from the engine's lists. */
export function labelsOf(stack: string): string[] {
  return labelFilter({ project: PROJECT, stack });
}

/** Shows other runs that somebody still works with a stack; the end of the process takes it back, however it comes. */
function claim(folder: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once("error", reject);
    server.listen(join(folder, CLAIM), () => resolve(server)).unref();
  });
}

/** Removes everything that a test stack has on the engine and in its folder, protected or not. */
async function removeStack(stack: string): Promise<void> {
  const filters = { label: labelsOf(stack) };
  for (const { Id } of await engine.listContainers({ all: true, filters })) {
    await engine.getContainer(Id).remove({ force: true, v: true });
  }
  for (const { Id } of await engine.listNetworks({ filters })) await engine.getNetwork(Id).remove();
  const { Volumes } = await engine.listVolumes({ filters });
  for (const { Name } of Volumes ?? []) await engine.getVolume(Name).remove();
  await rm(folderOf(stack), { recursive: true, force: true });
}

/**
 * Removes the test stacks of runs that were killed before they could: the engine starts their containers again whenever
 * it starts, and their networks have the addresses that this run wants.
 * @returns the names of the stacks
 */
async function removeAbandoned(): Promise<string[]> {
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
    // A command that outlived the run would go on to make what is removed here.
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
