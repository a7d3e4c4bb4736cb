import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { familiarName, parseReference } from "../../engine/reference.ts";
import { hashInputs } from "../cache.ts";
import { GO_PROGRAMS, type GoProgramName } from "./goPrograms.ts";

/** The stack's programs whose stand-ins are from Debian's packages. */
export type PackagedProgram =
  | "haproxy"
  | "nginx"
  | "node"
  | "mysql"
  | "prometheus"
  | "alertmanager"
  | "blackbox-exporter"
  | "mysqld-exporter"
  | "nginx-exporter"
  | "node-exporter";

/** The stack's programs that have stand-in images. */
export type Program = PackagedProgram | GoProgramName;

/** The program in the image of each setting below `images` in the stack's configuration. */
export const PROGRAM_OF = {
  haproxy: "haproxy",
  namespace: "haproxy",
  nginx: "nginx",
  application: "node",
  router: "haproxy",
  mysql: "mysql",
  agent: "node",
  prometheus: "prometheus",
  alertmanager: "alertmanager",
  blackboxExporter: "blackbox-exporter",
  mysqlExporter: "mysqld-exporter",
  nginxExporter: "nginx-exporter",
  nodeExporter: "node-exporter",
  victoriaLogs: "victoria-logs",
} as const satisfies Readonly<Record<string, Program>>;

export type ImageSetting = keyof typeof PROGRAM_OF;

/** The image of each setting, with its tag. A stack does not need those of settings that are absent. */
export type ImageRefs = Readonly<Partial<Record<ImageSetting, string>>>;

/** The Debian package whose version is the program's. */
export const PACKAGE_OF: Readonly<Record<PackagedProgram, string>> = {
  haproxy: "haproxy",
  nginx: "nginx",
  node: "nodejs",
  mysql: "mysql-server-core",
  prometheus: "prometheus",
  alertmanager: "prometheus-alertmanager",
  "blackbox-exporter": "prometheus-blackbox-exporter",
  "mysqld-exporter": "prometheus-mysqld-exporter",
  "nginx-exporter": "prometheus-nginx-exporter",
  "node-exporter": "prometheus-node-exporter",
};

export const PROGRAMS = [...Object.keys(PACKAGE_OF), ...Object.keys(GO_PROGRAMS)] as readonly Program[];

/** The official image of a program: its name, and what its tags have around the version in the variant that is copied. */
interface Official {
  /** Default: the program's name. */
  readonly repository?: string;
  /** Default: nothing. */
  readonly before?: string;
  /** Default: nothing. */
  readonly after?: string;
}

const ofPrometheus = (name: string): Official => ({ repository: `prom/${name}`, before: "v" });

const OFFICIAL: Readonly<Record<Program, Official>> = {
  haproxy: {},
  nginx: {},
  node: { after: "-slim" },
  mysql: {},
  prometheus: ofPrometheus("prometheus"),
  alertmanager: ofPrometheus("alertmanager"),
  "blackbox-exporter": ofPrometheus("blackbox-exporter"),
  "mysqld-exporter": ofPrometheus("mysqld-exporter"),
  "nginx-exporter": { repository: "nginx/nginx-prometheus-exporter" },
  "node-exporter": ofPrometheus("node-exporter"),
  "victoria-logs": { repository: "victoriametrics/victoria-logs", before: "v" },
};

function repositoryOf(program: Program): string {
  return OFFICIAL[program].repository ?? program;
}

/** The tag of the official image with this version. */
function tagOf(program: Program, version: string): string {
  const { before = "", after = "" } = OFFICIAL[program];
  return `${before}${version}${after}`;
}

/** An image that the stack needs. */
export interface Wanted {
  readonly program: Program;
  /** The image's name in the setting. */
  readonly name: string;
  /** The first setting that names it. */
  readonly setting: ImageSetting;
  /** The setting's default. */
  readonly usual: string;
}

/** The images of the settings. An image that two settings name for the same program is listed once. */
export function wantedOf(images: ImageRefs, defaults: ImageRefs): Wanted[] {
  const settings = Object.keys(PROGRAM_OF) as readonly ImageSetting[];
  const isSame = (one: Wanted, other: Wanted) =>
    one.program === other.program && familiarName(one.name) === familiarName(other.name);
  return settings
    .flatMap((setting) => {
      const [name, usual] = [images[setting], defaults[setting]];
      return name === undefined || usual === undefined ? [] : [{ program: PROGRAM_OF[setting], name, setting, usual }];
    })
    .filter((one, index, all) => all.findIndex((other) => isSame(one, other)) === index);
}

/** The labels of stand-ins. */
export const LABELS = {
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

/** The hash of an image's inputs. */
export async function hashImage(image: Program | "base", ...more: readonly string[]): Promise<string> {
  const files = await filesOf(image);
  const contents = await Promise.all(files.map((file) => readFile(join(contextOf(image), file), "utf8")));
  return hashInputs({ strings: [...files, ...contents, ...more] });
}

/** The upstream version in a Debian package's version: "24.22.2+dfsg+~cs24.19.2-1" is 24.22.2. */
export function upstreamVersion(debian: string): string {
  return /^(?:\d+:)?(?<upstream>[\d.]+)/.exec(debian)?.groups?.["upstream"] ?? debian;
}

/** The version in an official image's tag: "24.22.2-slim" is 24.22.2, and so is "v24.22.2". undefined: the tag has none. */
export function versionOf(name: string): string | undefined {
  return /^v?(?<version>\d+(?:\.\d+)*)/.exec(parseReference(name).tag ?? "")?.groups?.["version"];
}

/**
 * Whether the official image of this name has the version, in the variant that the stand-in copies. A tag with fewer
 * numbers means any version that begins with them: haproxy:3.2 is any 3.2.
 */
function isTrueOf({ program, name }: Wanted, version: string): boolean {
  const named = versionOf(name);
  if (named === undefined || parseReference(name).tag !== tagOf(program, named)) return false;
  return version === named || version.startsWith(`${named}.`);
}

const isUsual = ({ name, usual }: Wanted): boolean => familiarName(name) === familiarName(usual);

/**
 * The reason why no stand-in is made under this name: an image's name must be true of its content. undefined: one is
 * made.
 * @param version the stand-in's version, or the expected one
 */
export function refusalOf(wanted: Wanted, version: string): string | undefined {
  const { program, name } = wanted;
  const { registry, repository, digest } = parseReference(name);
  if (digest !== undefined) return `${name} is pinned to a digest, which only that image has`;
  if (registry !== "docker.io" || repository !== repositoryOf(program)) {
    return `${name} is not the official ${repositoryOf(program)} image, the only one that has a stand-in`;
  }
  if (isUsual(wanted) || isTrueOf(wanted, version)) return undefined;
  return `${name} is another version or variant than the stand-in, which is ${repositoryOf(program)}:${tagOf(program, version)}`;
}

/**
 * The warning about a stand-in with another version than its name says; undefined if the name is true. The default
 * names get a stand-in even if Debian has another version by now.
 */
export function mismatchOf(wanted: Wanted, version: string): string | undefined {
  if (isTrueOf(wanted, version)) return undefined;
  return `ATTENTION: Debian has ${version}, and so has the stand-in that is called ${wanted.name}`;
}
