import { runnable } from "../../config/commands.ts";
import type { Topology } from "../../topology/plan.ts";
import type { Effect, Finding } from "../../topology/survival.ts";
import { list } from "./answer.ts";

/** What a loss does, in a sentence without its full stop: `writes stop; reads pause for up to 3 s, then mysql-server2`. */
export function effectText({ effects, inFlight, unit }: Finding): string {
  const parts = [...grouped(effects).values()].flatMap(([first, ...more]) => {
    if (first === undefined || first.outcome === "kept") return [];
    const what = list([first, ...more].map(({ capability }) => capability));
    if (first.outcome === "down") return [`${what} stop`];
    const by =
      first.by === undefined ? (unit.kind === "process" ? "the engine starts it again" : "") : `then ${first.by}`;
    return [`${what} pause for up to ${first.seconds} s${by === "" ? "" : `, ${by}`}`];
  });
  if (parts.length > 0) return parts.join("; ");
  return inFlight ? "at most requests in flight fail" : "nothing: no request passes through it";
}

/** The effects that differ in their capability alone, together. */
function grouped(effects: readonly Effect[]): Map<string, Effect[]> {
  const groups = new Map<string, Effect[]>();
  for (const effect of effects) {
    const key = [effect.outcome, effect.seconds, effect.by].join("/");
    groups.set(key, [...(groups.get(key) ?? []), effect]);
  }
  return groups;
}

/** The lines about a loss: what it does, what brings it back, and what must not be lost next. */
export function findingLines(finding: Finding): string[] {
  const { remedy, orElse, then, drill } = finding;
  return [
    effectText(finding),
    ...(remedy === undefined ? [] : [`remedy: ${remedy}${orElse === undefined ? "" : `; else: ${orElse}`}`]),
    ...(then.length === 0 ? [] : [`do not lose next: ${then.join(", ")}`]),
    ...(drill === undefined ? [] : [runnable(`measured by: npm run drill -- ${drill}`)]),
  ];
}

const HEADINGS: Readonly<Record<Finding["unit"]["kind"], string>> = {
  process: "a process dies: the engine starts it again",
  container: "a container is stopped or removed: it stays away",
  server: "a server is lost: all containers of a host",
  engine: "a machine is lost, with its Docker engine",
};

/** The whole list in words, kind by kind, with the worst case first: the machine. */
export function findingsText({ isSeveral }: Topology, findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map(({ unit }) => unit.name.length));
  return [
    ...(isSeveral ? [] : ["All is on one Docker engine: its loss is the loss of everything.", ""]),
    ...(["engine", "server", "container", "process"] as const).flatMap((kind) => [
      `When ${HEADINGS[kind]}`,
      ...findings
        .filter(({ unit }) => unit.kind === kind)
        .flatMap((finding) =>
          findingLines(finding).map(
            (line, index) => `  ${(index === 0 ? finding.unit.name : "").padEnd(width)}  ${line}`,
          ),
        ),
      "",
    ]),
  ];
}
