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
