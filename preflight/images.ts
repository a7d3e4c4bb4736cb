import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { LOCAL_ENDPOINT } from "../config/choices.ts";
import { isSameEndpoint } from "../config/endpoints.ts";
import { type Path, type Problem, valueAt } from "../config/problems.ts";
import { type ImageName, schema } from "../config/schema.ts";
import { engineClient } from "../engine/client.ts";
import { baseImages } from "../engine/dockerfile.ts";
import { hasImage } from "../engine/images.ts";
import type { Login, Logins } from "../engine/logins.ts";
import { parseReference } from "../engine/reference.ts";
import { releaseFolder } from "../releases/folder.ts";
import type { ProgramPlan } from "../topology/applicationPlan.ts";
import type { InstancePlan } from "../topology/instancePlan.ts";
import { type MachinePlan, partOn } from "../topology/machines.ts";
import type { Topology } from "../topology/plan.ts";
import { askRegistry, loginCure, loginText } from "./registryAnswer.ts";

/** Milliseconds for a name lookup, the request of a token and that of the image. */
const ANSWER_MS = 15_000;

/** How an engine gets an image that it lacks. */
export interface Supply {
  readonly image: string;
  readonly machine: MachinePlan;
  readonly engine: Docker;
  readonly route:
    | { readonly kind: "pull"; readonly login: Login | undefined }
    /** No registry gives it, and another engine has it. */
    | { readonly kind: "copy"; readonly from: Donor };
}

/** An engine that other engines may get an image from. */
export interface Donor {
  readonly endpoint: string;
  readonly engine: Docker;
}

/** What was found out about the images of one machine. */
export interface ImageFindings {
  readonly machine: MachinePlan;
  /** Those that it neither has nor can get. */
  readonly problems: readonly Problem[];
  readonly supplies: readonly Supply[];
}

/**
 * Looks for images that engines lack, and for the way in which each gets them. Without this an update would stop at the
 * first image that cannot be had, with some services replaced and others not.
 * @param machines those whose engines answer
 * @param options answerMs: the longest wait for a registry; local: the endpoint of this machine's engine
 */
export async function examineImages(
  topology: Topology,
  machines: readonly MachinePlan[],
  logins: Logins,
  { answerMs = ANSWER_MS, local: endpoint = LOCAL_ENDPOINT } = {},
): Promise<ImageFindings[]> {
  const stack = machines.map((machine) => ({ machine, endpoint: machine.endpoint, engine: engineClient(machine) }));
  const isHere = machines.some((machine) => isSameEndpoint(machine.endpoint, endpoint));
  const local = { endpoint, engine: engineClient({ endpoint }) };

  return Promise.all(
    stack.map(async ({ machine, engine }) => {
      const images = imagesOf(partOn(topology, machine));
      const donors: Donor[] = [...(isHere ? [] : [local]), ...stack.filter((other) => other.engine !== engine)];
      const names = [...new Set(images.map(({ name }) => name))];
      const found = new Map(
        await Promise.all(names.map(async (name) => [name, await wayTo(name, { machine, engine }, donors)] as const)),
      );
      return {
        machine,
        problems: images.flatMap(({ path, name }): Problem[] => {
          const way = found.get(name);
          return way !== undefined && "reason" in way ? [problemOf(topology, machine, { path, name, ...way })] : [];
        }),
        supplies: [...found.values()].flatMap((way) => (way !== undefined && "route" in way ? [way] : [])),
      };
    }),
  );

  /** How the engine gets an image, or why it cannot; undefined: it has it. */
  async function wayTo(
    image: string,
    to: Pick<Supply, "machine" | "engine">,
    donors: readonly Donor[],
  ): Promise<Supply | Missing | undefined> {
    if (await hasImage(to.engine, image)) return undefined;
    const found = await logins(image);
    const refused = await askRegistry(to.engine, image, found.login, answerMs);
    if (refused === undefined) return { image, ...to, route: { kind: "pull", login: found.login } };
    const { donor, others } = await donorOf(image, to.engine, donors);
    if (donor !== undefined) return { image, ...to, route: { kind: "copy", from: donor } };
    if (refused === "unknown") return { image, ...to, route: { kind: "pull", login: found.login } };
    const { registry } = parseReference(image);
    const reason = refused.isAboutLogin
      ? `${refused.reason} (${registry} was asked ${loginText(found)})`
      : refused.reason;
    return { reason: [reason, ...others].join("; "), isAboutLogin: refused.isAboutLogin };
  }
}

interface Missing {
  readonly reason: string;
  readonly isAboutLogin: boolean;
}

/** The engine that can give an image, or why those that have it cannot. */
async function donorOf(image: string, to: Docker, donors: readonly Donor[]) {
  const others: string[] = [];
  for (const donor of donors) {
    const has = await donor.engine
      .getImage(image)
      .inspect()
      .catch(() => undefined);
    if (has === undefined) continue;
    if (parseReference(image).digest !== undefined) {
      others.push(
        `the one at ${donor.endpoint} has it, and only a registry gives an image by its digest (npm run images -- unpin)`,
      );
      continue;
    }
    const { Arch } = await to.version();
    if (has.Architecture === Arch) return { donor, others: [] };
    others.push(`the one at ${donor.endpoint} has it for ${has.Architecture}, and this one is ${Arch}`);
  }
  return { donor: undefined, others };
}

function problemOf(
  { project, stack }: Pick<Topology, "project" | "stack">,
  machine: MachinePlan,
  { path, name, reason, isAboutLogin }: Missing & PlannedImage,
): Problem {
  const isDefault = name === valueAt({ images: schema.shape.images.parse(undefined) }, path);
  return {
    path,
    complaint: `is ${name}, which the engine at ${machine.endpoint} does not have and cannot pull: ${reason}`,
    allowed:
      "an image on an engine of the stack or on this machine's (docker pull, docker load, docker build), or one that its registry gives to your login",
    cure: isAboutLogin
      ? `correct the image's name; or ${loginCure(name, stack, project)}`
      : isDefault
        ? "docker load, or make the registry reachable; npm run up builds stand-ins if no registry answers"
        : "correct the image's name, or give the engine the image",
  };
}

/** An image that a container of the plan has. */
export interface PlannedImage {
  /** The setting that names it. */
  readonly path: Path;
  readonly name: string;
}

/** The images of the plan's containers, by the settings that name them. */
export function imagesOf(topology: Topology): PlannedImage[] {
  const { hosts, loadBalancers, web, applications, routers, cluster, monitoring, logStore } = topology;
  const watchers = monitoring?.watchers ?? [];
  const isHere = ({ host }: InstancePlan) => hosts.some(({ name }) => name === host);
  const users: Readonly<Record<ImageName, readonly InstancePlan[]>> = {
    haproxy: loadBalancers.map(({ haproxy }) => haproxy),
    namespace: loadBalancers.map(({ pause }) => pause),
    nginx: [...web, ...watchers.flatMap(({ board }) => board ?? [])],
    application: applications,
    router: routers,
    mysql: cluster.databases.filter(isHere),
    agent: [...cluster.databases.map(({ agent }) => agent), cluster.controller].filter(isHere),
    prometheus: watchers.map(({ prometheus }) => prometheus),
    alertmanager: watchers.map(({ alertmanager }) => alertmanager),
    blackboxExporter: watchers.map(({ blackboxExporter }) => blackboxExporter),
    mysqlExporter: watchers.map(({ mysqlExporter }) => mysqlExporter),
    nginxExporter: watchers.map(({ nginxExporter }) => nginxExporter),
    nodeExporter: monitoring?.nodeExporters ?? [],
    grafana: watchers.flatMap(({ grafana }) => grafana ?? []),
    victoriaLogs: logStore === undefined ? [] : [logStore],
  };
  return (Object.keys(users) as ImageName[]).flatMap((key) => {
    const name = users[key][0]?.image;
    if (name === undefined) return [];
    return key === "application" ? applicationImages(topology.application) : [{ path: ["images", key], name }];
  });
}

/** The images that the application runs in, or is built from. A folder without a Dockerfile is another check's. */
function applicationImages({ kind, folder, release, dockerfile, buildArguments, image, isOwnImage }: ProgramPlan) {
  if (kind !== "build")
    return [{ path: isOwnImage ? ["application", "image"] : ["images", "application"], name: image }];
  const file = join(release === undefined ? (folder ?? "") : releaseFolder(release), dockerfile);
  if (!existsSync(file)) return [];
  return baseImages(readFileSync(file, "utf8"), buildArguments).map((name) => ({
    path: ["application", "build"],
    name,
  }));
}
