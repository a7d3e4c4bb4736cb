import { isIPv4 } from "node:net";
import { keyText, type Problem, shellWord } from "../../config/problems.ts";
import { loginTo } from "../../preflight/unreachable.ts";
import type { MachinePlan } from "../../topology/machines.ts";

/** A machine by the names of its hosts: lb1/arbiter. */
export function nameOf({ hosts }: Pick<MachinePlan, "hosts">): string {
  return hosts.join("/");
}

/** The words by which Docker's command reaches the engine of a machine, from a shell of this one. */
export function dockerOn({ endpoint, certPath }: Pick<MachinePlan, "endpoint" | "certPath">): string {
  const url = new URL(endpoint);
  if (url.protocol === "ssh:") return `${loginTo(url)} docker`;
  const file = (name: string) => shellWord(`${certPath}/${name}`);
  const tls = `--tlsverify --tlscacert ${file("ca.pem")} --tlscert ${file("cert.pem")} --tlskey ${file("key.pem")}`;
  return `docker --host ${shellWord(endpoint)}${certPath === undefined ? "" : ` ${tls}`}`;
}

/** The address in an endpoint; undefined: it has a name, or is this machine's. */
export function addressIn({ endpoint }: Pick<MachinePlan, "endpoint">): string | undefined {
  const { hostname } = new URL(endpoint);
  return isIPv4(hostname) ? hostname : undefined;
}

/** A problem in one line, with its cure. */
export function problemLine({ path, value, complaint, allowed, example, cure }: Problem): string {
  const what = complaint ?? (value === undefined ? "is missing" : `is ${JSON.stringify(value)}`);
  const instead = `allowed: ${allowed}${example === undefined ? "" : `, such as ${example}`}`;
  return inOneLine(`${keyText(path)} ${what}; ${cure === undefined ? instead : `cure: ${cure}`}`);
}

/** A text of several lines in one. */
export function inOneLine(text: string): string {
  return text
    .trim()
    .replace(/\s*\n\s*/g, "; ")
    .replace(/ {2,}/g, " ");
}
