import assert from "node:assert/strict";
import { untilTrue } from "../engine/eventually.ts";
import { startLoad } from "../operations/drills/traffic/load.ts";
import { failuresOf, isSuccess } from "../operations/drills/traffic/measure.ts";
import type { TestProject } from "./project.ts";
import { measured, seconds } from "./site.ts";

/** Requests a second, by HTTP and by HTTPS each. Two slow cores have no time for so many beside an update. */
const RATE = Number(process.env["FOOBAR_RATE"] ?? 50);
/** The load goes on until it has made as many requests as in this time, if the rotation ends before. */
const SECONDS = 100;
const MAX_SECONDS = 900;

/**
 * Runs one of the project's npm scripts, which replaces secrets, while visitors use the site by HTTP and HTTPS, and
 * makes sure that none has noticed. The visitors trust the authorities that the stack names at the beginning.
 * @returns the output of the script, with all that it tells the user
 */
export async function rotateUnderLoad(project: TestProject, script: string, ...args: string[]): Promise<string> {
  const { stdout: ca } = await project.pulumi(["stack", "output", "caCertificate"]);
  const options = { rate: RATE, maxSeconds: MAX_SECONDS, run: "rotation" };
  const loads = [
    startLoad({ ...options, url: project.url }),
    startLoad({ ...options, url: `https://127.0.0.1:${project.ports[4]}`, ca, run: "secure-rotation" }),
  ];
  const answers = () => loads.flatMap((load) => load.answers);
  const start = performance.now();
  let [said, took] = ["", ""];
  try {
    const { exitCode, output } = await project.npm(script, [...args, "--yes"]);
    assert.equal(exitCode, 0, output);
    said = output;
    took = seconds(start);
    await untilTrue("the load is not complete", () => answers().length >= 2 * RATE * SECONDS, MAX_SECONDS);
  } finally {
    await Promise.all(loads.map((load) => load.stop()));
  }
  const failed = answers().filter((answer) => !isSuccess(answer)).length;
  const requests = answers().length;
  measured(`rotation="${[script, ...args].join(" ")}" took=${took} requests=${requests} failed=${failed}`);
  assert.equal(failed, 0, failuresOf(answers()));
  return said;
}
