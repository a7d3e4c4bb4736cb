import type Docker from "dockerode";
import type { Login } from "./logins.ts";
import { parseReference } from "./reference.ts";

/** Whether an engine has an image. */
export async function hasImage(engine: Docker, name: string): Promise<boolean> {
  return engine
    .getImage(name)
    .inspect()
    .then(
      () => true,
      (error: unknown) => {
        if (answerOf(error).status === 404) return false;
        throw error;
      },
    );
}

/**
 * Pulls an image. The login goes to the engine with this request alone, and is kept nowhere.
 * @throws Error with the engine's or the registry's reason
 */
export async function pullImage(engine: Docker, name: string, login: Login | undefined): Promise<void> {
  const { tag, digest } = parseReference(name);
  const [named = name] = name.split("@");
  const repository = tag !== undefined && named.endsWith(`:${tag}`) ? named.slice(0, -tag.length - 1) : named;
  const options = { fromImage: repository, tag: digest ?? tag ?? "latest" };
  try {
    await followed(
      engine,
      await (login === undefined ? engine.createImage(options) : engine.createImage(login.auth, options)),
    );
  } catch (error) {
    throw new Error(answerOf(error).message);
  }
}

/** Copies an image from an engine to another, under its name. A name with a digest cannot be copied. */
export async function copyImage(from: Docker, to: Docker, name: string): Promise<void> {
  const archive = await from.getImage(name).get();
  await followed(to, await to.loadImage(archive));
  if (!(await hasImage(to, name))) throw new Error(`the engine has taken ${name} under another name`);
}

/** Follows what an engine reports to its end; throws the error that it reports. */
export function followed(engine: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    engine.modem.followProgress(stream, (error: Error | null, events: readonly { readonly error?: string }[]) => {
      const problem = error?.message ?? events.find((event) => event.error !== undefined)?.error;
      if (problem === undefined) resolve();
      else reject(new Error(problem));
    });
  });
}

/** An engine's answer that is an error. */
export interface Answer {
  readonly status: number | undefined;
  readonly message: string;
}

/** Removes the prefix that the client puts before the engine's message. */
export function answerOf(error: unknown): Answer {
  const text = error instanceof Error ? error.message : String(error);
  const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : undefined;
  return { status, message: text.replace(/^\(HTTP code \d+\) .*? - /, "").trim() };
}

/** Words of registries and engines about a login that is missing or not enough. Some engines say it with status 500. */
const LOGIN = /unauthorized|authentication required|denied|no basic auth credentials|incorrect username or password/i;

/** Whether an engine's answer says that a registry wants a login, or another one. */
export function wantsLogin({ status, message }: Answer): boolean {
  return status === 401 || status === 403 || LOGIN.test(message);
}
