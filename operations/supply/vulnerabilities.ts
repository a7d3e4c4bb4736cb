import { z } from "zod";

const SEVERITIES = ["info", "low", "moderate", "high", "critical"] as const;
type Severity = (typeof SEVERITIES)[number];

/** A known vulnerability of these severities makes the audit fail; others are shown. */
const FAILING: ReadonlySet<Severity> = new Set(["high", "critical"]);

const finding = z.looseObject({
  name: z.string(),
  severity: z.enum(SEVERITIES),
  range: z.string().optional(),
  fixAvailable: z.unknown(),
});
const report = z.looseObject({ vulnerabilities: z.record(z.string(), finding) });
/** npm's own failure, or the answer of a registry without the service. */
const failure = z.looseObject({
  error: z.looseObject({ summary: z.string().optional(), code: z.string().optional() }).optional(),
  message: z.string().optional(),
});

/** The outcome of `npm audit --json`. */
export type Audit =
  | { readonly kind: "audited"; readonly failing: readonly string[]; readonly others: readonly string[] }
  /** The registry has no such service, or cannot be reached: nothing is known. */
  | { readonly kind: "skipped"; readonly reason: string };

/**
 * Reads the output of `npm audit --json`. npm ends with 1 both when it found something and when it could not ask, so
 * only the output tells them apart.
 */
export function parseAudit(stdout: string, stderr: string): Audit {
  const json = parsed(stdout);
  const audited = report.safeParse(json);
  if (audited.success) {
    const found = Object.values(audited.data.vulnerabilities);
    const lines = (isFailing: boolean) =>
      found
        .filter(({ severity }) => FAILING.has(severity) === isFailing)
        .map(({ name, severity, range, fixAvailable }) =>
          [`${name} ${range ?? ""}`.trim(), severity, fixAvailable ? "npm audit fix cures it" : "no cure yet"].join(
            ", ",
          ),
        )
        .sort();
    return { kind: "audited", failing: lines(true), others: lines(false) };
  }
  const failed = failure.safeParse(json);
  const { error, message }: z.infer<typeof failure> = failed.success ? failed.data : {};
  const said = message ?? error?.summary ?? error?.code;
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return { kind: "skipped", reason: said || lines[0]?.replace(/^npm (error|warn) /i, "") || "npm audit said nothing" };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
