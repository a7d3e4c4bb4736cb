/** The oldest Node.js that the program and its tools run on. */
const OLDEST_NODE = [20, 19] as const;

/** What is wrong with a Node.js version, or undefined. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `Node.js ${version} is too old
    allowed:   ${OLDEST_NODE.join(".")} or newer
    cure:      install a current release, https://nodejs.org/en/download`;
}

/** The oldest kernel that hands waiting connections on when HAProxy is replaced (net.ipv4.tcp_migrate_req). */
const OLDEST_KERNEL = [5, 14] as const;

/** What is wrong with the release of an engine's kernel, or undefined. */
export function kernelProblem(release: string, endpoint: string): string | undefined {
  const [major = 0, minor = 0] = release.split(".").map((part) => Number.parseInt(part, 10));
  const [oldestMajor, oldestMinor] = OLDEST_KERNEL;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `the Docker Engine at ${endpoint} runs on Linux ${release}, which is too old
    allowed:   ${OLDEST_KERNEL.join(".")} or newer
    cure:      update the kernel of its machine`;
}
