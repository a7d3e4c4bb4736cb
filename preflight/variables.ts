import type Docker from "dockerode";
import type { Problem } from "../config/problems.ts";
import { engineClient } from "../engine/client.ts";
import { askContainer } from "../engine/question.ts";
import { type MachinePlan, machinesOf } from "../topology/machines.ts";
import type { Topology } from "../topology/plan.ts";

/**
 * The variables of mysql.settings that MySQL itself refuses. A container of the databases' image asks it, which takes
 * part of a second. Without this check the first node would be stopped before anybody knows. Where the image is still
 * missing nothing is checked, and the node says it (start.sh).
 */
export async function variableProblems(
  topology: Topology,
  reached: readonly Pick<MachinePlan, "endpoint" | "certPath" | "hosts">[],
): Promise<Problem[]> {
  const { variables, databases } = topology.cluster;
  const names = Object.keys(variables);
  const [first] = databases;
  const machine = machinesOf(topology).find(({ hosts }) => databases.some(({ host }) => hosts.includes(host)));
  if (names.length === 0 || first === undefined || !reached.some(({ endpoint }) => endpoint === machine?.endpoint)) {
    return [];
  }
  if (machine === undefined) return [];
  const answer = await answerOf(engineClient(machine), first.image, topology).catch(() => undefined);
  return refusals(answer ?? "").flatMap(({ name, reason }) =>
    name in variables
      ? [
          {
            path: ["mysql", "settings", name],
            complaint: `is ${JSON.stringify(variables[name])}, and MySQL refuses it: ${reason}`,
            allowed: `a variable and a value of the documentation of ${first.image}`,
          },
        ]
      : [],
  );
}

/** Asks for one variable after the other. Prints the name, and the first error after it. */
const ASK = `for option; do
  if ! answer=$(mysqld --no-defaults --datadir=/nowhere --tmpdir=/tmp --validate-config "--$option" 2>&1); then
    echo "\${option%%=*}: $(grep -E '\\[ERROR\\]|^mysqld: ' <<<"$answer" | head -n 1)"
  fi
done`;

async function answerOf(engine: Docker, image: string, topology: Topology): Promise<string | undefined> {
  const options = Object.entries(topology.cluster.variables).map(([name, value]) => `${name}=${value}`);
  const command = ["bash", "-c", ASK, "bash", ...options] as const;
  const tmpfs = { "/tmp": "rw,noexec,nosuid,nodev,size=1m", "/var/lib/mysql": "ro,size=64k" };
  return askContainer(engine, { image, user: "999:999", command, network: "none", tmpfs }, topology);
}

/** The refused variables, each with MySQL's reason. */
export function refusals(answer: string): { readonly name: string; readonly reason: string }[] {
  return answer
    .split("\n")
    .map((line) => /^(\w+): (.*)$/.exec(line))
    .flatMap((match) =>
      match === null
        ? []
        : [
            {
              name: match[1] ?? "",
              reason:
                (match[2] ?? "").replace(/^.*\[Server\] /, "").replace(/^(\S*\/)?mysqld: /, "") || "no reason is given",
            },
          ],
    );
}
