import type Docker from "dockerode";
import { removeCached } from "../cache.ts";
import { aptRemove } from "../engine/apt.ts";
import { askEngine, defaultEndpoint, dockerAt } from "../engine/client.ts";
import type { Provision, Report, Step } from "../step.ts";
import { archiveName, baseRepository, imagesState, provideBase } from "./base.ts";
import { makeStandIn, standInHash } from "./make.ts";
import { toolsName } from "./nodeTools.ts";
import { parseReference } from "./reference.ts";
import { registryAnswers } from "./registry.ts";
import { type ImageRefs, labels, refusalOf, type Wanted, wantedOf } from "./stand-ins.ts";

/** What the engine has under an image's name. */
export type Present = "theirs" | "stand-in" | "old stand-in" | "none";

async function labelsOf(docker: Docker, name: string): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    const { Config } = await docker.getImage(name).inspect();
    return Config.Labels ?? {};
  } catch (error) {
    if (error instanceof Error && "statusCode" in error && error.statusCode === 404) return undefined;
    throw error;
  }
}

async function presentOf(docker: Docker, wanted: Wanted): Promise<Present> {
  const found = await labelsOf(docker, wanted.name);
  if (found === undefined) return "none";
  const inputs = found[labels.inputs];
  if (inputs === undefined) return "theirs";
  return inputs === (await standInHash(wanted)) ? "stand-in" : "old stand-in";
}

async function find(docker: Docker, images: ImageRefs): Promise<Provision | undefined> {
  const wanted = wantedOf(images);
  const present = await Promise.all(wanted.map((one) => presentOf(docker, one)));
  if (present.some((kind) => kind === "none" || kind === "old stand-in")) return undefined;
  const standIns = wanted.filter((_, index) => present[index] === "stand-in").map(({ name }) => name);
  const note = standIns.length === 0 ? "" : ` (stand-ins from Debian: ${standIns.join(", ")})`;
  return { summary: `Images in the engine: ${wanted.map(({ name }) => name).join(", ")}${note}` };
}

/** How the missing images come: the first that can be had of the ordinary source and the stand-in. */
export type ImageRoute = "pull" | "stand-in" | { readonly refusal: string };

export function chooseImageRoute({ program, name, setting }: Wanted, registryReached: boolean): ImageRoute {
  if (registryReached) return "pull";
  const refusal = refusalOf(program, name);
  if (refusal === undefined) return "stand-in";
  return {
    refusal:
      `The image ${name} is not in the engine, its registry does not answer, and no stand-in can be made: ${refusal}. ` +
      `Load it (docker load), configure the official image with its tag (images.${setting}), or open the way to its registry.`,
  };
}

async function provide(docker: Docker, images: ImageRefs, report: Report): Promise<Provision> {
  const wanted = wantedOf(images);
  const present = await Promise.all(wanted.map((one) => presentOf(docker, one)));
  const missing = wanted.filter((_, index) => present[index] === "none" || present[index] === "old stand-in");
  const routes = await Promise.all(
    missing.map(async (one) => ({
      ...one,
      route: chooseImageRoute(one, await registryAnswers(docker, one.name)),
    })),
  );
  for (const { route } of routes) if (typeof route === "object") throw new Error(route.refusal);
  const pulled = routes.filter(({ route }) => route === "pull").map(({ name }) => name);
  for (const name of pulled) {
    // A stand-in of an older kind under this name would keep the real image from being pulled.
    if ((await labelsOf(docker, name)) !== undefined) await docker.getImage(name).remove({ force: true });
    report(`${name}: its registry answers, so the deployment pulls it, with its own credentials, to every server`);
  }
  const toBuild = routes.filter(({ route }) => route === "stand-in");
  const built: string[] = [];
  if (toBuild.length > 0) {
    report("No registry answers: building stand-ins for the official images from Debian's packages");
    const base = await provideBase(docker, report);
    // Not broken off by the first failure: what the others finish need not be done again.
    const results = await Promise.allSettled(toBuild.map((one) => makeStandIn(docker, one, base, report)));
    const failures = results.flatMap((result) => (result.status === "rejected" ? [asMessage(result.reason)] : []));
    if (failures.length > 0) throw new Error(failures.join("\n\n"));
    built.push(...results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])));
  }
  const parts = [
    ...(built.length > 0 ? [`built ${built.join(", ")}`] : []),
    ...(pulled.length > 0 ? [`left to the deployment to pull ${pulled.join(", ")}`] : []),
  ];
  return { summary: `Images: ${parts.length > 0 ? parts.join("; ") : "all there"}` };
}

const asMessage = (reason: unknown): string => (reason instanceof Error ? reason.message : `${reason}`);

async function undo(docker: Docker): Promise<string> {
  const ours = await docker.listImages({ filters: { label: [labels.program] } });
  // The base comes last: the others are made on it.
  const sorted = ours.toSorted((a, b) => Number(isBase(a)) - Number(isBase(b)));
  const names = sorted.flatMap(namesWeGave);
  // Broken builds, and stand-ins that were rebuilt, have no name.
  const nameless = sorted.flatMap(({ Id, RepoTags }) => (realTags(RepoTags).length === 0 ? [Id] : []));
  for (const name of [...names, ...nameless]) await removeImage(docker, name);
  const archives = [...(await removeCached(archiveName)), ...(await removeCached(toolsName))];
  const { packages = [] } = await imagesState.read();
  if (packages.length > 0) await aptRemove(packages);
  await imagesState.clear();
  const removed = [...names, ...archives, ...packages];
  if (removed.length === 0) return "Images: no stand-in was here, so there is nothing to undo";
  return `Images: removed ${removed.join(", ")}`;
}

const realTags = (tags: readonly string[] | null | undefined): string[] =>
  (tags ?? []).filter((tag) => !tag.startsWith("<none>"));

/** A name that somebody else gave to one of our images stays, and the image with it. */
function namesWeGave(image: Docker.ImageInfo): string[] {
  const standsFor = parseReference(image.Labels?.[labels.standsFor] ?? "");
  return realTags(image.RepoTags).filter((tag) => {
    const { repository, tag: version } = parseReference(tag);
    return isBase(image)
      ? repository === baseRepository
      : repository === standsFor.repository && version === standsFor.tag;
  });
}

/** Removes a name, or an image; one that went with another meanwhile is fine, one that a container uses stays. */
async function removeImage(docker: Docker, name: string): Promise<void> {
  try {
    await docker.getImage(name).remove({ force: true });
  } catch (error) {
    const code = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
    if (code !== 404 && code !== 409) throw error;
  }
}

const isBase = ({ Labels }: Docker.ImageInfo): boolean => Labels?.[labels.program] === "base";

/**
 * The images of the stack's programs in the engine at `endpoint`. Those that are there are used untouched; those whose
 * registry answers are left for the deployment to pull; for the others stand-ins are made from Debian's packages.
 */
export function imagesStep(images: ImageRefs, endpoint = defaultEndpoint): Step {
  const docker = dockerAt(endpoint);
  const engineAnswers = async () => "version" in (await askEngine(endpoint));
  return {
    name: "images",
    why: "Every container of the stack runs one of these images.",
    find: async () => ((await engineAnswers()) ? find(docker, images) : undefined),
    provide: (report) => provide(docker, images, report),
    undo: async () =>
      (await engineAnswers()) ? undo(docker) : "Images: no engine answers, so there is none to remove",
  };
}
