import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const SCRIPT = fileURLToPath(new URL("../components/mysqlCluster/files/replica.sh", import.meta.url));

const STUBS = `state() { echo "state: $*"; }; progress() { state "$@"; }; sql() { cat; }; end_server() { echo ended; }; no_semisync_source() { :; }
  ask_peer() { case "$2" in *GROUP_CONCAT*) echo - ;; *) echo 1 ;; esac; }; HELD=held LOGGED=logged; secret() { :; }; mark() { echo "mark of $1"; }; look() { :; }
  following() { echo "follow $1"; }; receiving_again() { echo "receive again"; }; going_on_from() { echo "go on from $1"; }`;

/**
 * The output of a line of a node's script, and the contents of its files afterwards; undefined: there is no such file.
 */
export interface NodeRun {
  readonly stdout: string;
  readonly marker: string | undefined;
  readonly dataLost: string | undefined;
  readonly opened: string | undefined;
  readonly connectedWith: string | undefined;
}

/** Runs a line of a node's script in a folder of its own with these files, where MySQL gives these answers. */
export async function inNode(
  line: string,
  ask: string,
  files: Partial<Record<"marker" | "dataLost" | "opened" | "led" | "connectedWith", string>> = {},
): Promise<NodeRun> {
  const folder = await mkdtemp(join(tmpdir(), "foobar-node-"));
  const path = (name: string) => join(folder, name);
  const read = (name: string) =>
    readFile(path(name), "utf8").then(
      (text) => text.trim(),
      () => undefined,
    );
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(path(name), `${text}\n`);
    const variables = `MARKER=${path("marker")} DATA_LOST=${path("dataLost")} OPENED=${path("opened")} LED=${path("led")}
      CONNECTED_WITH=${path("connectedWith")}`;
    const { stdout } = await execa("bash", ["-c", `. ${SCRIPT}; ${STUBS}; ${variables}; ask() { ${ask}; }; ${line}`], {
      reject: false,
      env: { REPLICATION: "async", MEMBER: "here", ARBITER: "false", WITHOUT_REPLICA: "" },
    });
    const [marker, dataLost, opened] = await Promise.all([read("marker"), read("dataLost"), read("opened")]);
    return { stdout, marker, dataLost, opened, connectedWith: await read("connectedWith") };
  } finally {
    await rm(folder, { recursive: true });
  }
}
