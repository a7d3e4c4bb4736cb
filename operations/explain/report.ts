import type { Topology } from "../../topology/plan.ts";
import { type Finding, singlePoints, survive } from "../../topology/survival.ts";
import type { Answer } from "./answer.ts";
import { databases } from "./databases.ts";
import { distribution } from "./distribution.ts";
import { elements } from "./elements.ts";
import { summaryOf } from "./terms.ts";
import { type Counts, traffic } from "./traffic.ts";
import { weaknesses } from "./weaknesses.ts";
import { findingsText } from "./words.ts";

/** What there is to say about a stack. */
export interface Explanation {
  readonly stack: string;
  readonly summary: string;
  readonly answers: readonly Answer[];
  readonly singlePoints: readonly string[];
  readonly findings: readonly Finding[];
  /** By the web servers' names; null: the stack does not run. */
  readonly requestsPerSecond: Readonly<Record<string, number>> | null;
}

/** @param now the requests a second of each web server; undefined: the stack does not run */
export function explain(topology: Topology, now: Counts | undefined): Explanation {
  const findings = survive(topology);
  return {
    stack: topology.stack,
    summary: summaryOf(topology),
    answers: [
      elements(topology),
      ...distribution(topology),
      ...databases(topology),
      ...weaknesses(topology, findings),
      traffic(now),
    ],
    singlePoints: singlePoints(findings),
    findings,
    requestsPerSecond: now === undefined ? null : Object.fromEntries(now),
  };
}

/** Columns where nothing else is said. */
export const WIDTH = 110;
/** Lines are not shorter. */
const NARROWEST = 40;

/** An explanation for people. */
export function explanationText(
  topology: Topology,
  { stack, summary, answers, findings }: Explanation,
  width = WIDTH,
): string {
  const room = Math.max(width, NARROWEST) - 4;
  return [
    `${topology.project} · ${stack}: ${summary}`,
    "",
    ...answers.flatMap(({ question, answer }) => [
      question,
      ...answer.flatMap((paragraph) =>
        wrapped(paragraph, room).map((line, index) => `${index === 0 ? "  - " : "    "}${line}`),
      ),
      "",
    ]),
    "What survives which loss",
    ...findingsText(topology, findings).map((line) => (line === "" ? "" : `  ${line}`)),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

/** A text in lines of at most that many characters, unless a word is longer. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
