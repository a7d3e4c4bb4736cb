import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type Checked, complete } from "../config/config.ts";
import type { Problem } from "../config/problems.ts";
import { type Settings, schema } from "../config/schema.ts";
import type { Topology } from "../topology/plan.ts";
import { planTopology } from "../topology/topology.ts";
import { authorityProblems } from "./acmeAuthority.ts";
import { applicationFolderProblems } from "./applicationFolder.ts";
import { examineCertificate } from "./certificate.ts";
import { errorPageProblems } from "./errorPages.ts";
import { missingFiles } from "./folders.ts";
import { keysInClear, passwordsInClear } from "./keysInClear.ts";
import { plainSecrets } from "./plainSecrets.ts";
import { stackFileText } from "./refusal.ts";
import { missingRelease } from "./release.ts";
import { unusedSecrets } from "./unusedSecrets.ts";

/** The result of looking at the files that the settings name. */
export interface ExaminedFiles {
  readonly problems: readonly Problem[];
  /** Texts for the user about files without problems. */
  readonly warnings: readonly string[];
}

/** Examines the files that the settings name: certificates, keys, the application, static files and error pages. */
export function examineFiles(topology: Topology): ExaminedFiles {
  const { application, staticFiles, errorPages } = topology;
  const certificate = examineCertificate(topology);
  return {
    problems: [
      ...certificate.problems,
      ...authorityProblems(topology),
      ...keysInClear(stackFileText(topology.stack), topology),
      ...passwordsInClear(stackFileText(topology.stack), topology),
      ...(application.release === undefined
        ? applicationFolderProblems(application)
        : missingRelease(application.release, application)),
      ...missingFiles("staticFiles", staticFiles),
      ...errorPageProblems(errorPages),
    ],
    warnings: [...certificate.warnings, ...plainSecrets(topology), ...unusedSecrets(topology)],
  };
}

const anything = z.unknown().optional();

/** The proxies' protocol decides which certificate visitors see; their addresses do not. */
const proxies = z
  .object({ protocol: anything })
  .catch({ protocol: undefined })
  .optional()
  .transform((given) => given && { addresses: ["192.0.2.0/24"], protocol: given.protocol });

/** The settings that decide which files are right. All others are as by default. */
const deciding = z.object({
  names: anything,
  loadBalancer: z
    .object({ address: anything, http: anything, tls: anything, trustedProxies: proxies })
    .optional()
    .catch(undefined),
  application: z
    .object({ image: anything, files: anything, build: anything, release: anything, staticFiles: anything })
    .optional()
    .catch(undefined),
  web: z.object({ errorPages: anything }).optional().catch(undefined),
});

/**
 * The problems of the files that refused settings name, so that users get them together with the settings' own. Settings
 * that have problems are passed over.
 */
export function filesOfRefused(
  { project, stack }: Pick<Topology, "project" | "stack">,
  { given, problems }: Pick<Checked, "given" | "problems">,
): readonly Problem[] {
  const rest = without(
    given,
    problems.map(({ path }) => path),
  );
  const settings = accepted(deciding.safeParse(rest).data);
  return settings === undefined ? [] : examineFiles(planTopology(complete(project, stack, settings))).problems;
}

/** The settings in a value without the parts that the schema refuses; undefined: it refuses a part that is missing. */
function accepted(value: unknown): Settings | undefined {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data;
  const less = without(
    value,
    error.issues.map(({ path }) => path),
  );
  return isDeepStrictEqual(less, value) ? undefined : accepted(less);
}

/** A value without its parts at these paths. */
function without(value: unknown, paths: readonly (readonly PropertyKey[])[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  const parts = Object.entries(value).flatMap(([key, part]): [string, unknown][] => {
    const below = paths.filter(([first]) => String(first) === key).map((path) => path.slice(1));
    return below.some((path) => path.length === 0) ? [] : [[key, without(part, below)]];
  });
  return Array.isArray(value) ? parts.map(([, part]) => part) : Object.fromEntries(parts);
}
