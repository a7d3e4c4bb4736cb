import { rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type Docker from "dockerode";
import { PROJECT } from "../../commands/settings.ts";
import { labelFilter, PROJECT_LABEL, STACK_LABEL } from "../../components/labels.ts";
import { partOf } from "../../config/subnets.ts";

/** How the names of test stacks begin. */
const PREFIX = "it-";

/** Test stacks that can be up side by side, each with its own subnets and ports. */
const SLOTS = 8;
/** A slot is a port that its owner listens on, so that the end of the process gives it back, however it comes. */
const FIRST_SLOT_PORT = 14_900;

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
export async function takeSlot(): Promise<Slot> {
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

export function newStackName(): string {
  return `${PREFIX}${Math.random().toString(36).slice(2, 8)}`;
}

/** Where a test stack has its copy of the project and its state. */
export function folderOf(stack: string): string {
  return join(tmpdir(), `foobar-${stack}`);
}

/** Picks what belongs to one stack from the engine's lists. */
export function labelsOf(stack: string): string[] {
  return labelFilter({ project: PROJECT, stack });
}

/** Shows other runs that somebody still works with a stack; the end of the process takes it back, however it comes. */
export function claim(stack: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once("error", reject);
    server.listen(claimOf(stack), () => resolve(server)).unref();
  });
}

/** Removes everything that a test stack has on the engine and in its folder, protected or not. */
export async function removeStack(engine: Docker, stack: string): Promise<void> {
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
export async function removeAbandoned(engine: Docker): Promise<string[]> {
  const filters = { label: [`${PROJECT_LABEL}=${PROJECT}`] };
  const { Volumes } = await engine.listVolumes({ filters });
  const labelled = [
    ...(await engine.listContainers({ all: true, filters })),
    ...(await engine.listNetworks({ filters })),
    ...(Volumes ?? []),
  ];
  const stacks = new Set(labelled.flatMap(({ Labels }) => Labels?.[STACK_LABEL] ?? []));
  const abandoned: string[] = [];
  for (const stack of stacks) {
    if (stack.startsWith(PREFIX) && !(await isClaimed(stack))) abandoned.push(stack);
  }
  for (const stack of abandoned) await removeStack(engine, stack);
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

/** A socket, because nothing else that a process holds ends with it on every system and cannot be mistaken for another's. */
function claimOf(stack: string): string {
  return join(folderOf(stack), ".claim");
}
