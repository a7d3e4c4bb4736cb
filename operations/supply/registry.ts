import type Docker from "dockerode";
import { answerOf } from "../../engine/images.ts";
import type { Login } from "../../engine/logins.ts";

/** Milliseconds for a name lookup, the request of a token and that of the image. */
const ANSWER_MS = 15_000;

/**
 * Asks the registry, through the engine, which image a tag names now. Nothing is pulled.
 * @param login for the registry; default: none
 * @returns its digest, sha256:…
 * @throws Error with one sentence that names the image and the reason
 */
export async function digestOf(engine: Docker, name: string, login?: Login, answerMs = ANSWER_MS): Promise<string> {
  const abortSignal = AbortSignal.timeout(answerMs);
  // The client does not end every call on an abort, so the time limit is enforced here, too.
  const silence = new Promise<never>((_, reject) => abortSignal.addEventListener("abort", reject));
  const options = { abortSignal, ...(login === undefined ? {} : { authconfig: login.auth }) };
  try {
    const { Descriptor } = await Promise.race([engine.getImage(name).distribution(options), silence]);
    return Descriptor.digest;
  } catch (error) {
    const reason = abortSignal.aborted
      ? `no answer within ${answerMs / 1_000} s`
      : answerOf(error)
          .message.split(/\s*\n\s*/)
          .join("; ");
    throw new Error(`the registry of ${name} cannot be asked for its digest: ${reason}`);
  }
}
