import { SECONDS } from "../../../topology/survival/seconds.ts";
import type { Effect, Finding } from "../../../topology/survival.ts";
import { END_SECONDS, OBSERVED, type Observation } from "./observe.ts";

/** A prediction beside what was observed. */
export interface Comparison {
  readonly finding: Finding;
  readonly observations: readonly Observation[];
  /** In which points they differ; none: the prediction holds. */
  readonly differences: readonly string[];
}

/** The most for which something that is kept may be away: HAProxy notices and sends requests elsewhere meanwhile. */
const KEPT_SECONDS = SECONDS.way.seconds;
/** The time for which something that is predicted to stay down is watched. */
const DOWN_SECONDS = 20;

/** The seconds for which the effect of a loss has to be watched. */
export function watchSeconds({ effects }: Finding): number {
  const longest = Math.max(
    KEPT_SECONDS,
    ...effects.map(({ outcome, seconds }) => (outcome === "down" ? DOWN_SECONDS : (seconds ?? KEPT_SECONDS))),
  );
  return longest + END_SECONDS;
}

/** Compares what was predicted of each capability that visitors can observe. What is better than predicted is no difference. */
export function compare(finding: Finding, observations: readonly Observation[]): Comparison {
  const differences = observations.flatMap((observation) => {
    const effect = finding.effects.find(({ capability }) => capability === observation.capability);
    const difference = effect && differenceOf(effect, observation);
    return [
      ...(difference === undefined ? [] : [`${observation.capability}: ${difference}`]),
      ...(observation.lostInFlight > 0 && !finding.inFlight
        ? [
            `${observation.capability}: ${observation.lostInFlight} requests in flight failed, and none passes through it`,
          ]
        : []),
    ];
  });
  return { finding, observations, differences };
}

function differenceOf(
  { outcome, seconds = KEPT_SECONDS }: Effect,
  { isDown, awaySeconds, lastFailure }: Observation,
): string | undefined {
  if (outcome === "down") return isDown ? undefined : `predicted down, and it came back after ${awaySeconds} s`;
  if (isDown) return `predicted ${outcome}, and it stayed down`;
  return awaySeconds > seconds
    ? `predicted ${outcome} within ${seconds} s, and it was away for ${awaySeconds} s${lastFailure === undefined ? "" : ` (the last failure: ${lastFailure})`}`
    : undefined;
}

/** A comparison in a line for programs: `verify=container name=lb1 pages=down/down … result=equal`. */
export function comparisonLine({ finding, observations, differences }: Comparison): string {
  const { kind, name } = finding.unit;
  const told = OBSERVED.map((capability) => {
    const effect = finding.effects.find((one) => one.capability === capability);
    const observed = observations.find((one) => one.capability === capability);
    return `${capability}=${predicted(effect)}/${observed === undefined ? "none" : observed.isDown ? "down" : `${observed.awaySeconds}s`}`;
  });
  return [`verify=${kind}`, `name=${name}`, ...told, `result=${differences.length === 0 ? "equal" : "different"}`].join(
    " ",
  );
}

function predicted(effect: Effect | undefined): string {
  if (effect === undefined) return "none";
  return effect.outcome === "switched" ? `${effect.seconds}s` : effect.outcome;
}
