import type Docker from "dockerode";
import { askEngine, defaultEndpoint, dockerAt } from "../engine/client.ts";
import type { Provision, Report, Step } from "../step.ts";
import { provideBase } from "./base.ts";
import { findImage } from "./identity.ts";
import { makeStandIn, standInHash } from "./make.ts";
import { registryAnswers } from "./registry.ts";
import { type ImageRefs, labels, mismatchOf, refusalOf, versionOf, type Wanted, wantedOf } from "./stand-ins.ts";
import { undo } from "./undo.ts";

/** What the engine has under an image's name. */
type Present =
  | { readonly kind: "theirs" | "none" | "old stand-in" }
  | { readonly kind: "stand-in"; readonly version: string };

async function presentOf(docker: Docker, wanted: Wanted): Promise<Present> {
  const found = await findImage(docker, wanted.name);
  if (found === undefined) return { kind: "none" };
  if (found.marks === undefined) return { kind: "theirs" };
  const version = found.marks[labels.version] ?? "unknown";
  const isCurrent = found.marks[labels.inputs] === (await standInHash(wanted));
  // One under a name that gets none any more is kept: a stack runs it.
  return isCurrent || refusalOf(wanted, version) !== undefined
    ? { kind: "stand-in", version }
    : { kind: "old stand-in" };
}

async function find(docker: Docker, wanted: readonly Wanted[]): Promise<Provision | undefined> {
  const present = await Promise.all(wanted.map(async (one) => ({ one, ...(await presentOf(docker, one)) })));
  if (present.some(({ kind }) => kind === "none" || kind === "old stand-in")) return undefined;
  const standIns = present.flatMap((found) => {
    if (found.kind !== "stand-in") return [];
    const differs = mismatchOf(found.one, found.version) !== undefined;
    return [differs ? `${found.one.name}, which has ${found.version}` : found.one.name];
  });
  const note = standIns.length === 0 ? "" : ` (stand-ins from Debian: ${standIns.join(", ")})`;
  return { summary: `Images in the engine: ${wanted.map(({ name }) => name).join(", ")}${note}` };
}

/** How a missing image comes: the first that can be had of the ordinary source and the stand-in, or why neither. */
export type ImageRoute = "pull" | "stand-in" | { readonly refusal: string };

/** @param version what the program's stand-in has, as far as is known */
export function chooseImageRoute(wanted: Wanted, registryReached: boolean, version: string): ImageRoute {
  if (registryReached) return "pull";
  const refusal = refusalOf(wanted, version);
  return refusal === undefined ? "stand-in" : { refusal };
}

/** The version of a program's stand-in: of the one that is there, else that of the name that the project is tested with. */
async function standInVersion(docker: Docker, { usual }: Wanted): Promise<string> {
  const found = await findImage(docker, usual);
  return found?.marks?.[labels.version] ?? versionOf(usual) ?? "unknown";
}

/**
 * Builds stand-ins where no registry answers. What can neither be pulled nor stood in for is said and left alone: the
 * program refuses it, with everything else that is wrong in the configuration.
 */
async function provide(docker: Docker, wanted: readonly Wanted[], report: Report): Promise<Provision> {
  const present = await Promise.all(wanted.map((one) => presentOf(docker, one)));
  const missing = wanted.filter((_, index) => ["none", "old stand-in"].includes(present[index]?.kind ?? "none"));
  const routes = await Promise.all(
    missing.map(async (one) => {
      const [isReached, version] = await Promise.all([registryAnswers(docker, one.name), standInVersion(docker, one)]);
      return { ...one, route: chooseImageRoute(one, isReached, version) };
    }),
  );
  const pulled = routes.filter(({ route }) => route === "pull").map(({ name }) => name);
  for (const name of pulled) {
    // A stand-in of an older kind under this name would keep the real image from being pulled.
    if ((await findImage(docker, name)) !== undefined) await docker.getImage(name).remove({ force: true });
    report(`${name}: its registry answers, so the deployment pulls it`);
  }
  const refused = routes.flatMap(({ route, ...one }) => (typeof route === "object" ? [{ ...one, ...route }] : []));
  const toBuild = routes.filter(({ route }) => route === "stand-in");
  const built: string[] = [];
  if (toBuild.length > 0) {
    report("No registry answers: building stand-ins for the official images from Debian's packages");
    const base = await provideBase(docker, report);
    // Not broken off by the first failure: what the others finish need not be done again.
    const results = await Promise.allSettled(toBuild.map((one) => makeStandIn(docker, one, base, report)));
    const failures = results.flatMap((result) => (result.status === "rejected" ? [asMessage(result.reason)] : []));
    if (failures.length > 0) throw new Error(failures.join("\n\n"));
    results.forEach((result, index) => {
      const one = toBuild[index];
      if (result.status === "rejected" || one === undefined) return;
      if ("made" in result.value) built.push(result.value.made);
      else refused.push({ ...one, ...result.value });
    });
  }
  for (const { setting, refusal } of refused) {
    report(`images.${setting}: no registry answers and no stand-in can be made: ${refusal}`);
  }
  const parts = [
    ...(built.length > 0 ? [`built ${built.join(", ")}`] : []),
    ...(pulled.length > 0 ? [`left to the deployment to pull ${pulled.join(", ")}`] : []),
    ...(refused.length > 0 ? [`not to be had ${refused.map(({ name }) => name).join(", ")}`] : []),
  ];
  return { summary: `Images: ${parts.length > 0 ? parts.join("; ") : "all there"}` };
}

const asMessage = (reason: unknown): string => (reason instanceof Error ? reason.message : `${reason}`);

/**
 * The images of the stack's programs in the engine at `endpoint`. Those that are there are used untouched; those whose
 * registry answers are left for the deployment to pull; for the others stand-ins are made from Debian's packages.
 * @param defaults the images that the project is tested with
 */
export function imagesStep(images: ImageRefs, defaults: ImageRefs, endpoint = defaultEndpoint): Step {
  const docker = dockerAt(endpoint);
  const wanted = wantedOf(images, defaults);
  const engineAnswers = async () => "version" in (await askEngine(endpoint));
  return {
    name: "images",
    why: "Every container of the stack runs one of these images.",
    find: async () => ((await engineAnswers()) ? find(docker, wanted) : undefined),
    provide: (report) => provide(docker, wanted, report),
    undo: async () =>
      (await engineAnswers()) ? undo(docker) : "Images: no engine answers, so there is none to remove",
  };
}
