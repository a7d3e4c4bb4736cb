import { execa } from "execa";
import type { RegistryAuth } from "./dockerLogins.ts";

/** Milliseconds in which a helper has to answer. Some ask a cloud for a token. */
const ANSWER_MS = 30_000;

/** As the helpers of the command docker say it. */
const NOT_FOUND = /credentials not found/i;

/** By this name a helper marks a token in place of a password. */
const TOKEN_USER = "<token>";

/** A helper's answer: the login, that it has none, or why it cannot say. */
export type HelperAnswer = RegistryAuth | undefined | { readonly failure: string };

/**
 * Asks a credential helper of the command docker for a login
 * (https://docs.docker.com/reference/cli/docker/login/#credential-helper-protocol).
 * @param helper the part of its name behind docker-credential-
 * @param key the registry as Docker's configuration names it
 */
export async function askHelper(
  helper: string,
  key: string,
  env: NodeJS.ProcessEnv,
  answerMs = ANSWER_MS,
): Promise<HelperAnswer> {
  const program = `docker-credential-${helper}`;
  const { stdout, stderr, failed, code, timedOut } = await execa(program, ["get"], {
    input: key,
    env,
    extendEnv: false,
    reject: false,
    timeout: answerMs,
  });
  if (timedOut) return { failure: `${program} does not answer within ${answerMs / 1_000} s` };
  if (code === "ENOENT") return { failure: `${program} is not in the PATH` };
  const answer = loginIn(stdout, key);
  if (!failed) return answer ?? { failure: `${program} does not answer with a login` };
  if (NOT_FOUND.test(stdout) || NOT_FOUND.test(stderr)) return undefined;
  // A login that it has printed in spite of its failure is shown to nobody.
  const reason = answer === undefined ? inOneLine(stdout || stderr) : "";
  return { failure: `${program} fails${reason === "" ? "" : `: ${reason}`}` };
}

function loginIn(text: string, key: string): RegistryAuth | undefined {
  const { Username: user, Secret: secret } = object(text);
  if (typeof user !== "string" || typeof secret !== "string") return undefined;
  return user === TOKEN_USER
    ? { identitytoken: secret, serveraddress: key }
    : { username: user, password: secret, serveraddress: key };
}

function object(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The first words of a helper, which may say more than anybody reads. */
function inOneLine(text: string): string {
  return text.trim().split(/\s+/).join(" ").slice(0, 200);
}
