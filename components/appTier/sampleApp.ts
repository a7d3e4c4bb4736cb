import { join } from "node:path";
import { bundleApp } from "../../app/bundle.ts";
import { bundled } from "../bundled.ts";

/** Relative to the project, so that the state does not depend on the place of the checkout. */
const APP = "app";

/** The folder of the sample application's static files, relative to the project. */
export const SAMPLE_STATIC_FILES = join(APP, "static");

/** Bundles the sample application into a folder, like the folder of a user's application. */
export function buildSampleApp(): string {
  return bundled({ folder: APP, file: "server.cjs", besides: [], bundle: bundleApp });
}
