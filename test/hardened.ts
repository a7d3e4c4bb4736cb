import assert from "node:assert/strict";
import { subjectsOf } from "./cis/inspect.ts";
import { findings } from "./cis/report.ts";
import { probeProject } from "./firewall/asPlanned.ts";
import { namespacesMissing } from "./firewall/namespaces.ts";
import type { TestProject } from "./project.ts";
import { topologyOf } from "./site.ts";

/**
 * Makes sure that a stack has no finding of the CIS Docker Benchmark without a reason, and that its containers, this
 * machine and its neighbours connect as planned, and not otherwise.
 */
export async function isHardened(project: TestProject): Promise<void> {
  assert.deepEqual(findings(await subjectsOf(project)), []);
  const reason = await namespacesMissing();
  if (reason !== undefined) {
    console.log(`      NOT PROBED, the firewall: ${reason}`);
    return;
  }
  const { unplanned, missing, table } = await probeProject(project, await topologyOf(project));
  assert.deepEqual({ unplanned, missing }, { unplanned: [], missing: [] }, table);
}
