import { coerce, lt } from "semver";

/** The oldest Node.js that the program and its tools run on. */
const OLDEST_NODE = "22.19.0";

/** What is wrong with a Node.js version, or undefined. */
export function nodeProblem(version: string): string | undefined {
  if (!lt(version, OLDEST_NODE)) return undefined;
  return `Node.js ${version} is too old
    allowed:   ${OLDEST_NODE} or newer
    cure:      install a current release, https://nodejs.org/en/download; or use the one that npm scripts provide on
               Linux, in this shell: eval "$(npm run --silent env)"`;
}

/** The oldest kernel that hands waiting connections on when HAProxy is replaced (net.ipv4.tcp_migrate_req). */
const OLDEST_KERNEL = "5.14.0";

/** What is wrong with the release of an engine's kernel, or undefined. */
export function kernelProblem(release: string, endpoint: string): string | undefined {
  if (!lt(coerce(release) ?? "0.0.0", OLDEST_KERNEL)) return undefined;
  return `the Docker Engine at ${endpoint} runs on Linux ${release}, which is too old
    allowed:   ${OLDEST_KERNEL} or newer
    cure:      update the kernel of its machine`;
}
