import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { hashInputs } from "../cache.ts";
import { familiarName, parseReference } from "./reference.ts";

/** The programs that the stack runs, and that a stand-in image can be made of. */
export type Program = "haproxy" | "nginx" | "node" | "mysql";

/** The program in the image of each setting below `images` in the stack's configuration. */
export const programOf = {
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

/** The official image's variant that a stand-in is made after; its tags end with this. */
const variantOf: Readonly<Record<Program, string>> = { haproxy: "", nginx: "", node: "-slim", mysql: "" };

/** One image that the stack asks for. */
export interface Wanted {
  readonly program: Program;
  /** As the setting has it. */
  readonly name: string;
  /** The first that names it. */
  readonly setting: ImageSetting;
  /** What the setting names where nothing is configured. */
  readonly usual: string;
}

/** The images that the settings name; one that two settings name for the same program is wanted once. */
export function wantedOf(images: ImageRefs, defaults: ImageRefs): Wanted[] {
  const settings = Object.keys(programOf) as readonly ImageSetting[];
  const isSame = (one: Wanted, other: Wanted) =>
    one.program === other.program && familiarName(one.name) === familiarName(other.name);
  return settings
    .map((setting) => ({ program: programOf[setting], name: images[setting], setting, usual: defaults[setting] }))
    .filter((one, index, all) => all.findIndex((other) => isSame(one, other)) === index);
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

/** The version in an official image's tag: of "24.22.2-slim" 24.22.2; undefined where it names none. */
export function versionOf(name: string): string | undefined {
  return /^\d+(?:\.\d+)*/.exec(parseReference(name).tag ?? "")?.[0];
}

/**
 * Whether an official image of this name has the version in it, in the variant that the stand-in is made after. A tag
 * with fewer numbers is the newest that begins like it: haproxy:3.2 is any 3.2.
 */
function isTrueOf({ program, name }: Wanted, version: string): boolean {
  const named = versionOf(name);
  if (named === undefined || parseReference(name).tag !== `${named}${variantOf[program]}`) return false;
  return version === named || version.startsWith(`${named}.`);
}

const isUsual = ({ name, usual }: Wanted): boolean => familiarName(name) === familiarName(usual);

/**
 * Why no stand-in is made under this name, or undefined where one is: an image's name must not promise what is not
 * in it.
 * @param version what the stand-in has, or will have as far as is known
 */
export function refusalOf(wanted: Wanted, version: string): string | undefined {
  const { program, name } = wanted;
  const { registry, repository, digest } = parseReference(name);
  if (digest !== undefined) return `${name} is pinned to a digest, which only that very image has`;
  if (registry !== "docker.io" || repository !== program) {
    return `${name} is not the official ${program} image, the only one that a stand-in is known for`;
  }
  if (isUsual(wanted) || isTrueOf(wanted, version)) return undefined;
  return `${name} does not name what a stand-in has, which is ${program}:${version}${variantOf[program]}`;
}

/**
 * What a stand-in's user must be told; undefined where the stand-in is what its name says. Debian moves on, and the
 * names that the project is tested with keep a stand-in all the same.
 */
export function mismatchOf(wanted: Wanted, version: string): string | undefined {
  if (isTrueOf(wanted, version)) return undefined;
  return `ATTENTION: Debian has ${version}, and so has the stand-in that is called ${wanted.name}`;
}
