import type Docker from "dockerode";
import { answerOf, wantsLogin } from "../../engine/images.ts";
import { parseReference, registryUrl } from "../../engine/reference.ts";

/**
 * Statuses of an engine's answer that show that it reached the registry, whatever the registry said about the image.
 */
const REACHED = new Set([200, 404]);

async function ask(work: (signal: AbortSignal) => Promise<boolean>, signal: AbortSignal): Promise<true> {
  if (await work(signal)) return true;
  throw new Error("not reached");
}

/**
 * Whether an image's registry answers within `bound` ms (3,000 by default). This process and the engine ask at the same
 * time: behind a proxy, or with a mirror, only the engine may reach it. Any answer counts, a refusal, too.
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
      const answer = answerOf(error);
      return wantsLogin(answer) || (answer.status !== undefined && REACHED.has(answer.status));
    }
  };
  // The client does not end every call on an abort, so the time limit is enforced here, too.
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
