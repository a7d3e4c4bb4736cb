import type { Topology } from "../../topology/plan.ts";
import { between, duration } from "./durations.ts";
import type { AlertFacts, Facts } from "./facts.ts";
import type { Status } from "./status.ts";

/** Room, in seconds, for a backup that takes its time, and for the last segment of the archive. */
const BACKUP_ROOM = 3_600;
const ARCHIVE_ROOM = 300;

export function backupMatter({ backups: plan }: Topology, { backups, at }: Facts): Status["backups"] {
  if (plan === undefined || backups === undefined) return { isWell: true, text: "none: set mysql.backup" };
  if ("problem" in backups) return { isWell: false, text: `unknown: ${backups.problem}` };
  const { takenAt, reaches, failing } = backups.value;
  const problem = failing.length === 0 ? "" : `; failing: ${failing.join(", ")} (npm run backups)`;
  if (takenAt === undefined || reaches === undefined)
    return { isWell: failing.length === 0, text: `none yet${problem}` };
  const age = (moment: Date) => (at.getTime() - moment.getTime()) / 1_000;
  const isLate = age(takenAt) > plan.everyHours * 3_600 + BACKUP_ROOM;
  const isBehind = age(reaches) > plan.archiveSeconds * 2 + ARCHIVE_ROOM;
  const text = `${between(takenAt, at)} ago${isLate ? ", LATE" : ""}, reaches ${clock(reaches, at)}${isBehind ? ", BEHIND" : ""}`;
  return {
    isWell: !isLate && !isBehind && failing.length === 0,
    text: `${text}${problem}`,
    takenAt,
    reaches,
  };
}

/** A moment of the same day without its date. */
function clock(moment: Date, now: Date): string {
  const text = `${moment.toISOString().slice(0, 19)}Z`;
  return text.slice(0, 10) === now.toISOString().slice(0, 10) ? text.slice(11) : text;
}

/** Certificates are renewed long before: the last sixth of their time, at most a month, has to be looked at. */
const LATE = { part: 1 / 6, days: 30 } as const;
const DAY_MS = 86_400_000;

export function certificateMatter({ certificates, at }: Facts): Status["certificates"] {
  const known = [...certificates].flatMap(([name, answer]) => ("value" in answer ? [{ name, ...answer.value }] : []));
  const silent = [...certificates].flatMap(([name, answer]) => ("problem" in answer ? [name] : []));
  const [first] = known.sort((one, other) => one.to.getTime() - other.to.getTime());
  if (first === undefined) {
    return { isWell: silent.length === 0, text: silent.length === 0 ? "not seen from here" : "no answer" };
  }
  const left = first.to.getTime() - at.getTime();
  const isLate = left < Math.min((first.to.getTime() - first.from.getTime()) * LATE.part, LATE.days * DAY_MS);
  const days = Math.floor(left / DAY_MS);
  const text =
    left < 0
      ? `ENDED ${duration(-left / 1_000)} ago on ${first.name}`
      : `${days} d${isLate ? ` left on ${first.name}` : ""}`;
  return { isWell: !isLate, text, days };
}

/** Severities of alerts that say that something is wrong. */
const SERIOUS = ["page", "warn"];

/** An alert in one line: how bad, its name, for how long, and what it says. */
export function alertText({ severity, name, since, summary }: AlertFacts, now: Date): string {
  return `${severity} ${name} ${between(since, now)}: ${summary}`;
}

/** Whether an alert says that something is wrong. */
export function isSerious({ severity }: AlertFacts): boolean {
  return SERIOUS.includes(severity);
}

export function alertMatter({ alerts, at }: Facts): Status["alerts"] {
  if (alerts === undefined) return { isWell: true, text: "not watched", firing: [] };
  if ("problem" in alerts) return { isWell: false, text: `unknown: ${alerts.problem}`, firing: [] };
  const firing = alerts.value;
  const text = firing.map((alert) => alertText(alert, at)).join("; ");
  return { isWell: !firing.some(isSerious), text: text || "none", firing };
}
