import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { hashInputs } from "../cache.ts";
import { parseReference } from "./reference.ts";

/** The programs that the stack runs, and that a stand-in image can be made of. */
export type Program = "haproxy" | "nginx" | "node" | "mysql";

/** The program in the image of each setting below `images` in the stack's configuration. */
const programOf = {
  haproxy: "haproxy",
  namespace: "haproxy",
  nginx: "nginx",
  application: "node",
  router: "haproxy",
  mysql: "mysql",
} as const satisfies Readonly<Record<string, Program>>;

export type ImageSetting = keyof typeof programOf;

/** The image of each setting, with its tag. */
export type ImageRefs = Readonly<Record<ImageSetting, string>>;

/** The Debian package whose version is the program's. */
export const packageOf: Readonly<Record<Program, string>> = {
  haproxy: "haproxy",
  nginx: "nginx",
  node: "nodejs",
  mysql: "mysql-server-core",
};

export const programs = Object.keys(packageOf) as readonly Program[];

/** One image that the stack asks for. */
export interface Wanted {
  readonly program: Program;
  readonly name: string;
  /** The first that names it. */
  readonly setting: ImageSetting;
}

/** The images that the settings name; one that two settings name for the same program is wanted once. */
export function wantedOf(images: ImageRefs): Wanted[] {
  const settings = Object.keys(programOf) as readonly ImageSetting[];
  return settings
    .map((setting) => ({ program: programOf[setting], name: images[setting], setting }))
    .filter(
      ({ program, name }, index, all) =>
        all.findIndex((other) => other.program === program && other.name === name) === index,
    );
}

/** Labels of our images; an image without them is the user's own. */
export const labels = {
  program: "foobar.stand-in",
  standsFor: "foobar.stand-in.for",
  version: "foobar.stand-in.version",
  inputs: "foobar.stand-in.inputs",
} as const;

/** The folder of an image's Dockerfile and its files. */
export const contextOf = (image: Program | "base"): string => join(import.meta.dirname, image);

/** Every file below an image's folder, as sorted paths relative to it. */
export async function filesOf(image: Program | "base"): Promise<string[]> {
  const found = await readdir(contextOf(image), { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(contextOf(image).length + 1))
    .sort();
}

/** Hash of all that a stand-in is made from. */
export async function hashImage(image: Program | "base", ...more: readonly string[]): Promise<string> {
  const files = await filesOf(image);
  const contents = await Promise.all(files.map((file) => readFile(join(contextOf(image), file), "utf8")));
  return hashInputs({ strings: [...files, ...contents, ...more] });
}

/** The upstream version in a Debian package's: "24.22.2+dfsg+~cs24.19.2-1" is 24.22.2. */
export function upstreamVersion(debian: string): string {
  return /^(?:\d+:)?(?<upstream>[\d.]+)/.exec(debian)?.groups?.["upstream"] ?? debian;
}

/** Why no stand-in can be made for this name, or undefined where one can. */
export function refusalOf(program: Program, name: string): string | undefined {
  const { registry, repository, digest } = parseReference(name);
  if (digest !== undefined) return `${name} is pinned to a digest, which only that very image has`;
  if (registry !== "docker.io" || repository !== program) {
    return `${name} is not the official ${program} image, the only one that a stand-in is known for`;
  }
  return undefined;
}

/** What a stand-in's user must be told where it is not what its name says; undefined where it is. */
export function mismatchOf(name: string, version: string): string | undefined {
  const tag = parseReference(name).tag ?? "latest";
  const asked = /^\d+(?:\.\d+)*/.exec(tag)?.[0];
  if (asked === undefined) return `ATTENTION: ${name} names no version; the stand-in under that name has ${version}`;
  if (version !== asked && !version.startsWith(`${asked}.`)) {
    return `ATTENTION: ${name} asks for ${asked}, but the stand-in under that name has ${version}`;
  }
  return tag.includes("alpine")
    ? `ATTENTION: ${name} is Alpine's; the stand-in under that name is Debian's`
    : undefined;
}
