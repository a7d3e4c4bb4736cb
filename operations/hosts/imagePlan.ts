import { keepalivedImageOf } from "../../components/loadBalancer/keepalived/image.ts";
import { parseReference } from "../../engine/reference.ts";
import { imagesOf } from "../../preflight/images.ts";
import { type MachinePlan, partOn } from "../../topology/machines.ts";
import type { Topology } from "../../topology/plan.ts";

/** An image that a machine's containers have. */
export interface NeededImage {
  readonly name: string;
  /** The image from which each engine builds it; undefined: it comes from a registry. */
  readonly base: string | undefined;
}

/** The images of the containers on a machine, each once. */
export function neededImages(topology: Topology, machine: Pick<MachinePlan, "hosts">): NeededImage[] {
  const part = partOn(topology, machine);
  const pulled = imagesOf(part).map(({ name }) => ({ name, base: undefined }));
  const built = part.loadBalancers.flatMap(({ vrrp, pause }) =>
    vrrp?.isOnHost === true ? [{ name: keepalivedImageOf(pause.image, true).name, base: pause.image }] : [],
  );
  const all = [...pulled, ...built];
  return all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
}

export function isBuilt({ base }: NeededImage): boolean {
  return base !== undefined;
}

/** An engine that can give images, or lacks some. */
export interface Stock {
  /** As people name it: the hosts on it, or "this machine". */
  readonly name: string;
  readonly needs: readonly NeededImage[];
  /** Those of all needed images that it has. */
  readonly has: ReadonlySet<string>;
}

/** An image on its way from an engine to others. */
export interface Copying<T extends Stock = Stock> {
  readonly image: NeededImage;
  /** undefined: no engine has it. */
  readonly from: T | undefined;
  readonly to: readonly T[];
}

/**
 * The copies after which every engine has what it needs.
 * @param stocks the engines in the order in which they are asked to give
 */
export function planCopies<T extends Stock>(stocks: readonly T[]): Copying<T>[] {
  const needed = stocks.flatMap(({ needs }) => needs);
  const images = needed.filter(({ name }, index) => needed.findIndex((other) => other.name === name) === index);
  return images.flatMap((image) => {
    const to = stocks.filter(({ needs, has }) => needs.some(({ name }) => name === image.name) && !has.has(image.name));
    const from = stocks.find(({ has }) => has.has(image.name));
    return to.length === 0 ? [] : [{ image, from, to }];
  });
}

/** What is to be done about an image, in one line. */
export function copyLine({ image, from, to }: Copying): string {
  const where = to.map(({ name }) => name).join(" and ");
  if (obstacleTo(image) !== undefined) return `${image.name}: missing on ${where}; ${obstacleTo(image)}`;
  if (from !== undefined) return `${image.name}: from ${from.name} to ${where}`;
  if (image.base !== undefined) return `${image.name}: built from ${image.base}, then copied to ${where}`;
  return `${image.name}: missing on ${where}, and no engine has it; cure: docker pull ${image.name} on one of the machines, or on this one; npm run bootstrap -- --stack dev makes stand-ins on this one if no registry answers`;
}

/** Why an image cannot be copied; undefined: it can. */
export function obstacleTo({ name }: NeededImage): string | undefined {
  if (parseReference(name).digest === undefined) return undefined;
  return "it is pinned to a digest, which only a registry gives: npm run images -- unpin, or make the registry reachable";
}
