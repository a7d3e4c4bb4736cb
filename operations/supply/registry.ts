import type Docker from "dockerode";

/** Milliseconds for a name lookup, the request of a token and that of the image. */
const ANSWER_MS = 15_000;

/**
 * Asks the registry, through the engine, which image a tag names now. Nothing is pulled.
 * @returns its digest, sha256:…
 * @throws Error with one sentence that names the image and the reason
 */
export async function digestOf(engine: Docker, name: string, answerMs = ANSWER_MS): Promise<string> {
  const abortSignal = AbortSignal.timeout(answerMs);
  // The client does not end every call on an abort, so the time limit is enforced here, too.
  const silence = new Promise<never>((_, reject) => abortSignal.addEventListener("abort", reject));
  try {
    const { Descriptor } = await Promise.race([engine.getImage(name).distribution({ abortSignal }), silence]);
    return Descriptor.digest;
  } catch (error) {
    const reason = abortSignal.aborted ? `no answer within ${answerMs / 1_000} s` : reasonOf(error);
    throw new Error(`the registry of ${name} cannot be asked for its digest: ${reason}`);
  }
}

/** The engine's message, without the client's words before it, in one line. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/^\(HTTP code \d+\) .*? - /, "")
    .trim()
    .split(/\s*\n\s*/)
    .join("; ");
}
