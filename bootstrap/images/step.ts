import type Docker from "dockerode";
import { askEngine, DEFAULT_ENDPOINT, dockerAt } from "../engine/client.ts";
import type { Provision, Report, Step } from "../step.ts";
import { provideBase } from "./base.ts";
import { findImage } from "./identity.ts";
import { makeStandIn, standInHash } from "./make.ts";
import { registryAnswers } from "./registry.ts";
import { type ImageRefs, LABELS, mismatchOf, refusalOf, versionOf, type Wanted, wantedOf } from "./stand-ins.ts";
import { undo } from "./undo.ts";

/** The kind of image that the engine has under a name. */
type Present =
  | { readonly kind: "theirs" | "none" | "old stand-in" }
  | { readonly kind: "stand-in"; readonly version: string };

async function presentOf(docker: Docker, wanted: Wanted): Promise<Present> {
  const found = await findImage(docker, wanted.name);
  if (found === undefined) return { kind: "none" };
  if (found.marks === undefined) return { kind: "theirs" };
  const version = found.marks[LABELS.version] ?? "unknown";
  const isCurrent = found.marks[LABELS.inputs] === (await standInHash(wanted));
  // A stand-in under a name for which none would be made now is kept: a stack runs it.
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
  const note = standIns.length === 0 ? "" : ` (stand-ins: ${standIns.join(", ")})`;
  return { summary: `Images in the engine: ${wanted.map(({ name }) => name).join(", ")}${note}` };
}

/** The source of a missing image: its registry, else a stand-in; or the reason why neither works. */
export type ImageRoute = "pull" | "stand-in" | { readonly refusal: string };

/** @param version the version of the program's stand-in, or the expected one */
export function chooseImageRoute(wanted: Wanted, registryReached: boolean, version: string): ImageRoute {
  if (registryReached) return "pull";
  const refusal = refusalOf(wanted, version);
  return refusal === undefined ? "stand-in" : { refusal };
}

/** The version of a program's stand-in: that of the existing one, else that of the default image's tag. */
async function standInVersion(docker: Docker, { usual }: Wanted): Promise<string> {
  const found = await findImage(docker, usual);
  return found?.marks?.[LABELS.version] ?? versionOf(usual) ?? "unknown";
}

/**
 * Builds stand-ins for images whose registries do not answer. Images that can be had by neither are reported and left
 * out: the program refuses them together with every other problem of the configuration.
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
    // An outdated stand-in under this name would prevent the real image from being pulled.
    if ((await findImage(docker, name)) !== undefined) await docker.getImage(name).remove({ force: true });
    report(`${name}: its registry answers, so the deployment pulls it`);
  }
  const refused = routes.flatMap(({ route, ...one }) => (typeof route === "object" ? [{ ...one, ...route }] : []));
  const toBuild = routes.filter(({ route }) => route === "stand-in");
  const built: string[] = [];
  if (toBuild.length > 0) {
    report("no registry answers: building stand-ins for the official images");
    const base = await provideBase(docker, report);
    // All builds run to their end, even if one fails: finished ones need not be repeated.
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
    ...(refused.length > 0 ? [`not available: ${refused.map(({ name }) => name).join(", ")}`] : []),
  ];
  return { summary: `Images: ${parts.length > 0 ? parts.join("; ") : "all there"}` };
}

const asMessage = (reason: unknown): string => (reason instanceof Error ? reason.message : `${reason}`);

/**
 * Provides the images of the stack's programs on the engine at `endpoint`. Existing images are used unchanged; images
 * whose registry answers are left for the deployment to pull; for the others stand-ins are built from Debian's
 * packages.
 * @param defaults the default images
 */
export function imagesStep(images: ImageRefs, defaults: ImageRefs, endpoint = DEFAULT_ENDPOINT): Step {
  const docker = dockerAt(endpoint);
  const wanted = wantedOf(images, defaults);
  const engineAnswers = async () => "version" in (await askEngine(endpoint));
  return {
    name: "images",
    why: "every container of the stack runs one of these images",
    find: async () => ((await engineAnswers()) ? find(docker, wanted) : undefined),
    provide: (report) => provide(docker, wanted, report),
    undo: async () =>
      (await engineAnswers()) ? undo(docker) : "images: no engine answers, so there is none to remove",
  };
}
