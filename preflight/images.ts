import type Docker from "dockerode";
import type { Problem } from "../config/problems.ts";
import { type ImageName, schema } from "../config/schema.ts";
import { engineClient, type Reach } from "../engine/client.ts";
import type { InstancePlan } from "../topology/instancePlan.ts";
import type { Topology } from "../topology/plan.ts";

/** Milliseconds for a name lookup, the request of a token and that of the image. */
const ANSWER_MS = 15_000;

/**
 * Images that the engine neither has nor can pull. Without this check an update would stop at the first of them, with
 * some services replaced and others not.
 */
export async function missingImages(
  topology: Topology,
  reach: Reach,
  answerMs: number = ANSWER_MS,
): Promise<Problem[]> {
  const engine = engineClient(reach);
  const images = imagesOf(topology);
  const names = [...new Set(images.map(({ name }) => name))];
  const obstacles = new Map(
    await Promise.all(names.map(async (name) => [name, await obstacle(engine, name, answerMs)] as const)),
  );
  const defaults = schema.shape.images.parse(undefined);
  return images.flatMap(({ key, name }): Problem[] => {
    const reason = obstacles.get(name);
    if (reason === undefined) return [];
    const isDefault = name === defaults[key];
    return [
      {
        path: ["images", key],
        complaint: `is ${name}, which the engine at ${reach.endpoint} does not have and cannot pull: ${reason}`,
        allowed:
          "an image on the engine (docker pull, docker load, docker build), or one that its registry provides without a login",
        cure: isDefault
          ? "docker load, or make the registry reachable; npm run up builds stand-ins if no registry answers"
          : "correct the image's name, or give the engine the image",
      },
    ];
  });
}

/** The images of the plan's containers, by the settings that name them. */
export function imagesOf(topology: Topology): { readonly key: ImageName; readonly name: string }[] {
  const { hosts, loadBalancers, web, applications, routers, cluster } = topology;
  const isHere = ({ host }: InstancePlan) => hosts.some(({ name }) => name === host);
  const users: Readonly<Record<ImageName, readonly InstancePlan[]>> = {
    haproxy: loadBalancers.map(({ haproxy }) => haproxy),
    namespace: loadBalancers.map(({ pause }) => pause),
    nginx: web,
    application: applications,
    router: routers,
    mysql: [...cluster.databases, cluster.controller].filter(isHere),
  };
  return (Object.keys(users) as ImageName[]).flatMap((key) => {
    const name = users[key][0]?.image;
    return name === undefined ? [] : [{ key, name }];
  });
}

/** The reason why the engine cannot run an image; undefined if it has it, can pull it, or cannot tell. */
async function obstacle(engine: Docker, name: string, answerMs: number): Promise<string | undefined> {
  const image = engine.getImage(name);
  try {
    await image.inspect();
    return undefined;
  } catch (error) {
    if (answerOf(error).status !== 404) throw error;
  }
  const abortSignal = AbortSignal.timeout(answerMs);
  // The client does not end every call on an abort, so the time limit is enforced here, too.
  const silence = new Promise<never>((_, reject) => abortSignal.addEventListener("abort", reject));
  try {
    await Promise.race([image.distribution({ abortSignal }), silence]);
    return undefined;
  } catch (error) {
    if (abortSignal.aborted) return `its registry does not answer within ${answerMs / 1_000} s`;
    return refusalIn(answerOf(error), await mirrorsOf(engine));
  }
}

/**
 * The reason in an engine's answer why it cannot pull an image. An engine that does not support the request gives none,
 * nor does a registry's rate limit. An engine with mirrors may report a mirror that lacks the registry's image (moby
 * 47012).
 */
function refusalIn({ status, message }: Answer, mirrors: readonly string[]): string | undefined {
  const isUnknown =
    status === 501 || (status === 404 && /^(page )?not found$/i.test(message)) || /toomanyrequests/i.test(message);
  const isAbsent = status === 401 || status === 403 || status === 404;
  if (isUnknown || (isAbsent && mirrors.length > 0)) return undefined;
  return message.split(/\s*\n\s*/).join("; ");
}

/** The mirrors that the engine asks instead of Docker Hub. */
async function mirrorsOf(engine: Docker): Promise<readonly string[]> {
  const { RegistryConfig } = await engine.info();
  return RegistryConfig?.Mirrors ?? [];
}

interface Answer {
  readonly status: number | undefined;
  readonly message: string;
}

/** Removes the prefix that the client puts before the engine's message. */
function answerOf(error: unknown): Answer {
  const text = error instanceof Error ? error.message : String(error);
  const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : undefined;
  return { status, message: text.replace(/^\(HTTP code \d+\) .*? - /, "").trim() };
}
