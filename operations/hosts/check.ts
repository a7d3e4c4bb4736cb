import { engineClient } from "../../engine/client.ts";
import { hasImage } from "../../engine/images.ts";
import type { Logins } from "../../engine/logins.ts";
import { collisions } from "../../preflight/collisions.ts";
import { askEngines } from "../../preflight/engines.ts";
import { examineImages, type ImageFindings } from "../../preflight/images.ts";
import { type AnsweredMachine, machineProblems } from "../../preflight/machines.ts";
import { supplyText } from "../../preflight/supply.ts";
import { swarmFindings } from "../../preflight/swarm.ts";
import { kernelProblem } from "../../preflight/versions.ts";
import { partOn } from "../../topology/machines.ts";
import type { Topology } from "../../topology/plan.ts";
import { isBuilt, neededImages } from "./imagePlan.ts";
import { type Findings, type Row, rowsOf } from "./rows.ts";

/** Looks at all machines of a stack, as an `up` does before its first resource, and changes nothing. */
export async function checkHosts(
  topology: Topology,
  logins: Logins,
): Promise<{ readonly rows: readonly Row[]; readonly answered: readonly AnsweredMachine[] }> {
  // Somebody who asks wants to know how it is now: a machine that boots is not waited for.
  const { answered, silent } = await askEngines(topology, new Set(), 0);
  const images = await examineImages(
    topology,
    answered.map(({ machine }) => machine),
    logins,
  );
  const findings = await Promise.all(
    answered.map((one) =>
      findingsOf(
        topology,
        one,
        images.find(({ machine }) => machine === one.machine),
      ),
    ),
  );
  const rows = rowsOf({
    silent,
    findings,
    apart: machineProblems(answered),
    swarm: swarmFindings(topology, answered),
    isSeveral: topology.isSeveral,
  });
  return { rows, answered };
}

async function findingsOf(
  topology: Topology,
  { machine, state }: AnsweredMachine,
  images: ImageFindings | undefined,
): Promise<Findings> {
  const part = partOn(topology, machine);
  const engine = engineClient(machine);
  const built = topology.isSeveral ? neededImages(topology, machine).filter(isBuilt) : [];
  const absent = await Promise.all(built.map(async ({ name }) => ((await hasImage(engine, name)) ? [] : [name])));
  return {
    machine,
    state,
    kernel: kernelProblem(state.kernel, machine.endpoint),
    collisions: await collisions(part, machine.endpoint, state),
    images: images?.problems ?? [],
    notes: [
      ...(images?.supplies ?? [])
        .filter(({ route }) => route.kind === "copy")
        .map((supply) => `no registry gives it ${supply.image}: by an up ${supplyText(supply)}`),
      ...absent
        .flat()
        .map((name) => `it lacks ${name}, which up builds from Debian's archive; without one: npm run hosts -- images`),
    ],
  };
}
