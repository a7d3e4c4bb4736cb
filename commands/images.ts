import { type Config, type Settings, schema } from "../config/schema.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { loginsOf } from "../operations/session/logins.ts";
import { prepareMachine } from "../operations/session/machine.ts";
import { main, print, say, sayUsage } from "../operations/session/terminal.ts";
import { enginesOf } from "../operations/stack/engines.ts";
import { setInFile } from "../operations/stack/file.ts";
import { usedImages } from "../operations/stack/needs.ts";
import { PROJECT } from "../operations/stack/project.ts";
import { readStack } from "../operations/stack/stack.ts";
import { type Pin, pin, tagged } from "../operations/supply/digests.ts";
import { digestOf } from "../operations/supply/registry.ts";
import type { Topology } from "../topology/plan.ts";

const USAGE = `npm run images -- VERB [--stack NAME]
    pin        writes the digest that each image's tag has in its registry now into the stack's file; again: refreshes it
    unpin      removes the digests of images that also have a tag
    list       shows the stack's images`;

type Images = Partial<Settings["images"]>;

/** Pins the images of a stack to digests. Only the stack's file changes; the next `npm run up` uses it. */
await main(async () => {
  const { stack, rest } = commandLine(process.argv.slice(2));
  const [verb, ...others] = rest;
  if (others.length > 0 || !["pin", "unpin", "list"].includes(verb ?? "")) {
    sayUsage(USAGE);
    return 2;
  }
  const { config, topology } = await readStack(stack);
  if (verb === "list") {
    for (const [key, name] of Object.entries(usedImages(config))) print(`${key.padEnd(16)} ${name}`);
    return 0;
  }
  const pins = verb === "pin" ? await pinned(stack, config, topology) : unpinned(usedImages(config));
  const defaults: Readonly<Record<string, string>> = schema.shape.images.parse(undefined);
  const changed = Object.entries(pins).filter(([, { kind }]) => kind === "changed");
  // An image that is the default again follows the program's next defaults.
  await setInFile(
    PROJECT,
    stack,
    changed.map(([key, { name }]) => [["images", key], name === defaults[key] ? undefined : name]),
  );
  for (const [key, one] of Object.entries(pins)) {
    if (one.kind === "changed") say(`images.${key}: ${one.name}, before ${one.was}`);
    if (one.kind === "fixed") say(`images.${key}: ${one.name} has no tag to ask for, and stays`);
  }
  say(changed.length > 0 ? "npm run up replaces the containers whose images have changed" : "nothing has changed");
  return 0;
}, USAGE);

/** Asks for all digests before anything is written: a file with some new and some old images would be a surprise. */
async function pinned(stack: string, config: Config, topology: Pick<Topology, "hosts">): Promise<Record<string, Pin>> {
  await prepareMachine(stack, { cli: false, engine: false });
  const [engine] = enginesOf(topology).all;
  if (engine === undefined) throw new Error("the plan has no host");
  const logins = loginsOf(stack, config);
  const asked = new Map<string, Promise<string>>();
  const digest = (name: string) => {
    const answer = asked.get(name) ?? logins(name).then(({ login }) => digestOf(engine, name, login));
    asked.set(name, answer);
    return answer;
  };
  const pins: [string, Pin][] = [];
  for (const [key, name] of Object.entries(usedImages(config))) {
    const tag = tagged(name);
    pins.push([key, tag === undefined ? { kind: "fixed", name } : pin(name, await digest(tag))]);
  }
  return Object.fromEntries(pins);
}

function unpinned(images: Images): Record<string, Pin> {
  return Object.fromEntries(
    Object.entries(images).map(([key, name]): [string, Pin] => {
      const tag = tagged(name);
      if (tag === undefined) return [key, { kind: "fixed", name }];
      return [key, tag === name ? { kind: "unchanged", name } : { kind: "changed", name: tag, was: name }];
    }),
  );
}
