import type Docker from "dockerode";
import { parseReference, registryUrl } from "./reference.ts";

/** An engine's answer that shows it got through to the registry, whatever the registry said about the image. */
const reached = new Set([200, 401, 403, 404]);

async function ask(work: (signal: AbortSignal) => Promise<boolean>, signal: AbortSignal): Promise<true> {
  if (await work(signal)) return true;
  throw new Error("not reached");
}

/**
 * True when the registry of an image answers within `bound` ms (3,000 by default). Asked from here and by the engine at
 * once: behind a proxy, or with a mirror, only the engine may get through. Any answer counts, a refusal too.
 */
export async function registryAnswers(docker: Docker, name: string, bound = 3_000): Promise<boolean> {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), bound);
  const fromHere = async (signal: AbortSignal) => {
    await fetch(registryUrl(parseReference(name)), { method: "HEAD", signal });
    return true;
  };
  const fromEngine = async (abortSignal: AbortSignal) => {
    try {
      await docker.getImage(name).distribution({ abortSignal });
      return true;
    } catch (error) {
      return error instanceof Error && "statusCode" in error && reached.has(Number(error.statusCode));
    }
  };
  // The client does not end every call on an abort, so the bound is kept here too.
  const bounded = new Promise<false>((resolve) => end.signal.addEventListener("abort", () => resolve(false)));
  try {
    return await Promise.race([
      bounded,
      Promise.any([ask(fromHere, end.signal), ask(fromEngine, end.signal)]).catch(() => false),
    ]);
  } finally {
    clearTimeout(timer);
    end.abort();
  }
}
