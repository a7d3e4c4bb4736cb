import type Docker from "dockerode";
import { DOCKER_HUB } from "../engine/dockerLogins.ts";
import { type Answer, answerOf, wantsLogin } from "../engine/images.ts";
import type { FoundLogin, Login } from "../engine/logins.ts";
import { parseReference } from "../engine/reference.ts";

/** Why an engine cannot pull an image. */
export interface Refused {
  readonly reason: string;
  /** Whether another login may be what the registry wants. */
  readonly isAboutLogin: boolean;
}

/**
 * Asks a registry, through an engine, whether it gives the engine an image. Nothing is pulled.
 * @returns undefined if it does
 */
export async function askRegistry(
  engine: Docker,
  name: string,
  login: Login | undefined,
  answerMs: number,
): Promise<Refused | "unknown" | undefined> {
  const abortSignal = AbortSignal.timeout(answerMs);
  // The client does not end every call on an abort, so the time limit is enforced here, too.
  const silence = new Promise<never>((_, reject) => abortSignal.addEventListener("abort", reject));
  const options = { abortSignal, ...(login === undefined ? {} : { authconfig: login.auth }) };
  try {
    await Promise.race([engine.getImage(name).distribution(options), silence]);
    return undefined;
  } catch (error) {
    if (abortSignal.aborted)
      return { reason: `its registry does not answer within ${answerMs / 1_000} s`, isAboutLogin: false };
    const { RegistryConfig } = await engine.info();
    return refusalIn(answerOf(error), RegistryConfig?.Mirrors ?? []);
  }
}

/**
 * The reason in an engine's answer why it cannot pull an image. An engine that does not support the request has none to
 * give, nor has a registry's rate limit. An engine with mirrors may report a mirror that lacks the registry's image (moby
 * 47012).
 * @param mirrors those that the engine asks instead of Docker Hub
 */
function refusalIn({ status, message }: Answer, mirrors: readonly string[]): Refused | "unknown" {
  const isUnknown =
    status === 501 || (status === 404 && /^(page )?not found$/i.test(message)) || /toomanyrequests/i.test(message);
  const isAbsent = status === 401 || status === 403 || status === 404;
  if (isUnknown || (isAbsent && mirrors.length > 0)) return "unknown";
  return {
    reason: message.split(/\s*\n\s*/).join("; "),
    isAboutLogin: wantsLogin({ status, message }),
  };
}

/** Who has asked a registry. */
export function loginText({ login, failure }: FoundLogin): string {
  if (login !== undefined) return login.who;
  return failure === undefined ? "without a login" : `without a login, because ${failure}`;
}

/** What to do about a registry that wants a login, or another one. */
export function loginCure(name: string, stack: string, project: string): string {
  const { registry } = parseReference(name);
  const host = registry === DOCKER_HUB ? "" : ` ${registry}`;
  const key = (part: string) => `'${project}:registries["${registry}"].${part}'`;
  return `docker login${host}, as the user who runs npm run up; or a login for this stack alone:
    set it:    pulumi config set --path ${key("username")} USER --stack ${stack}
    set it:    pulumi config set --secret --path ${key("password")} --stack ${stack}`;
}
