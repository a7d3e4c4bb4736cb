import assert from "node:assert/strict";
import { startLoad } from "../operations/drills/traffic/load.ts";
import { failuresOf, isSuccess } from "../operations/drills/traffic/measure.ts";
import type { TestProject } from "./project.ts";
import { measured, seconds, succeed } from "./site.ts";

/** Requests a second: 10,000 in the three minutes that a rotation of everything takes at least. */
const RATE = 60;

/** Rotates secrets while visitors use the site, and makes sure that none has noticed. Resolves to what the command says. */
export async function rotateUnderLoad(project: TestProject, ...names: readonly string[]): Promise<string> {
  const load = startLoad({ url: project.url, rate: RATE, maxSeconds: 900, run: "rotation" });
  const start = performance.now();
  let said = "";
  try {
    said = await succeed(project, "rotate", ...names, "--yes");
  } finally {
    await load.stop();
  }
  const failed = load.answers.filter((answer) => !isSuccess(answer)).length;
  measured(`rotation=${seconds(start)} requests=${load.answers.length} failed=${failed}`);
  assert.equal(failed, 0, failuresOf(load.answers));
  return said;
}
