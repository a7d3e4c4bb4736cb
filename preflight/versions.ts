import { coerce, lt } from "semver";

/** The oldest Node.js that the program and its tools run on. */
const OLDEST_NODE = "22.19.0";

/** The problem of a Node.js version; undefined if there is none. */
export function nodeProblem(version: string): string | undefined {
  if (!lt(version, OLDEST_NODE)) return undefined;
  return `Node.js ${version} is too old
    allowed:   ${OLDEST_NODE} or newer
    cure:      install a current release, https://nodejs.org/en/download; or use the one that npm scripts provide on
               Linux, in this shell: eval "$(npm run --silent env)"`;
}

/** The oldest kernel that passes waiting connections to a new HAProxy (net.ipv4.tcp_migrate_req). */
const OLDEST_KERNEL = "5.14.0";

/** The problem of an engine's kernel; undefined if there is none. */
export function kernelProblem(release: string, endpoint: string): string | undefined {
  if (!lt(coerce(release) ?? "0.0.0", OLDEST_KERNEL)) return undefined;
  return `the Docker Engine at ${endpoint} runs on Linux ${release}, which is too old
    allowed:   ${OLDEST_KERNEL} or newer
    cure:      update the kernel of its machine`;
}
