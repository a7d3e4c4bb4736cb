import { styleText } from "node:util";
import type { Capability } from "../../topology/survival.ts";
import { list } from "../explain/answer.ts";
import type { TierName } from "../stack/places.ts";
import { between } from "./durations.ts";
import { alertText, isSerious } from "./matters.ts";
import type { Health, Loss, Matter, PlaceStatus, Status, Verdict } from "./status.ts";

/** Where a status is shown. */
export interface Screen {
  /** Columns of the terminal. */
  readonly width: number;
  readonly hasColour: boolean;
}

type Style = Parameters<typeof styleText>[0];

const MARKS: Readonly<Record<Health, readonly [mark: string, style: Style]>> = {
  well: ["●", "green"],
  starting: ["◐", "yellow"],
  hurt: ["▲", "yellow"],
  down: ["✖", "red"],
  unknown: ["?", "magenta"],
};

const HEADLINES: Readonly<Record<Verdict, Style>> = {
  well: ["bold", "green"],
  hurt: ["bold", "yellow"],
  down: ["bold", "red"],
  unknown: ["bold", "magenta"],
};

/** The tiers that are always shown; containers of others are shown if something is wrong with them. */
const SHOWN: readonly TierName[] = ["haproxy", "web", "app", "process", "router", "mysql"];

/** The narrowest screen that has room for the time since the start. */
const WITH_TIMES = 96;
const NARROWEST = 40;

/** What nobody can tell of others is said once, of their engine. */
function isShown({ tier, health }: PlaceStatus): boolean {
  return SHOWN.includes(tier) || (health !== "well" && health !== "unknown");
}

/** Of a tier whose containers belong to no server, each is named. */
function tierOf({ tier, service }: PlaceStatus): string {
  return NAMED.includes(tier) ? service : tier;
}

const NAMED: readonly TierName[] = ["monitoring", "log-store"];

/** A status as text. A pure function. */
export function render(status: Status, { width: columns, hasColour }: Screen): string {
  const width = Math.max(columns, NARROWEST);
  const styled = (style: Style, text: string) => (hasColour ? styleText(style, text, { validateStream: false }) : text);
  const lines = [
    ...head(status, width, styled),
    "",
    ...rows(status, width, styled),
    "",
    ...foot(status, width, styled),
  ];
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

type Styled = (style: Style, text: string) => string;

function head(
  { project, stack, url, headline, verdict, at, seconds, summary, releases }: Status,
  width: number,
  styled: Styled,
): string[] {
  const name = `${project} · ${stack}`;
  const time = `${at.toISOString().slice(11, 19)}Z  ${seconds.toFixed(1)} s`;
  const parts = [name, url, headline];
  const used = parts.join("   ").length + time.length + 3;
  const title = styled("bold", name);
  const verdictText = styled(HEADLINES[verdict], headline);
  const first =
    used <= width
      ? [`${title}   ${url}   ${verdictText}${" ".repeat(width - used + 3)}${styled("dim", time)}`]
      : [`${title}   ${verdictText}`, `${url}   ${styled("dim", time)}`];
  const told = releases.map(({ release, servers }) => `${release} on ${list([...servers])}`).join(", ");
  return [...first, ...wrapped(`${summary}${told === "" ? "" : ` · release ${told}`}`, width, 0)];
}

function rows({ places, at }: Status, width: number, styled: Styled): string[] {
  const shown = places.filter(isShown);
  const widest = (of: (place: PlaceStatus) => string) => Math.max(0, ...shown.map((place) => of(place).length));
  const columns = [widest(({ server }) => server), widest(tierOf), widest(versionOf)] as const;
  const times = width >= WITH_TIMES ? Math.max(0, ...shown.map((place) => upFor(place, at).length)) + 2 : 0;
  return shown.flatMap((place, index) => {
    const isFirst = shown[index - 1]?.server !== place.server;
    const server = (isFirst ? place.server : "").padEnd(columns[0]);
    const [mark, style] = MARKS[place.health];
    const plain = `  ${server}  ${tierOf(place).padEnd(columns[1])}  ${mark} ${versionOf(place).padEnd(columns[2])}  `;
    const line = `  ${styled("bold", server)}  ${tierOf(place).padEnd(columns[1])}  ${styled(style, mark)} ${versionOf(place).padEnd(columns[2])}  `;
    const room = width - plain.length - times;
    const facts = [...(place.role === undefined ? [] : [place.role]), ...place.figures];
    const texts = [
      ...joined(facts, "   ", room).map((text) => ({ text, isProblem: false })),
      ...(place.problem === undefined ? [] : cut(place.problem, room).map((text) => ({ text, isProblem: true }))),
    ];
    return (texts.length === 0 ? [{ text: "", isProblem: false }] : texts).map(({ text, isProblem }, row) => {
      const time = row === 0 && times > 0 ? styled("dim", upFor(place, at).padStart(times)) : "";
      const body = text.padEnd(room);
      return `${row === 0 ? line : " ".repeat(plain.length)}${isProblem ? styled(style, body) : body}${time}`;
    });
  });
}

/** A release's first letters suffice to tell it from others. */
function versionOf({ version, release }: PlaceStatus): string {
  return release?.slice(0, 7) ?? version ?? "";
}

function upFor({ since, health }: PlaceStatus, at: Date): string {
  return since === undefined || health === "down" ? "" : `up ${between(since, at)}`;
}

const INDENT = 14;

function foot(
  { places, backups, certificates, alerts, problems, losses, can, at }: Status,
  width: number,
  styled: Styled,
): string[] {
  const matters: readonly (readonly [string, Matter])[] = [
    ["backups", backups],
    ["certificates", certificates],
    ...(alerts.firing.length === 0 ? [["alerts", alerts] as const] : []),
  ];
  const entry = (label: string, text: string, style?: Style) =>
    wrapped(text, width, INDENT + 2).map(
      (line, index) =>
        `  ${styled("dim", (index === 0 ? label : "").padEnd(INDENT))}${style === undefined ? line.trimStart() : styled(style, line.trimStart())}`,
    );
  const remedies = [...new Set(places.flatMap(({ remedy }) => (remedy === undefined ? [] : [remedy])))];
  const runbooks = [...new Set(alerts.firing.filter(isSerious).map(({ runbook }) => runbook))];
  return [
    ...problems.flatMap((problem, index) => entry(index === 0 ? "wrong" : "", problem, "red")),
    ...(remedies.length === 0 ? [] : entry("cure", remedies.join(", "))),
    ...matters.flatMap(([label, { isWell, text }]) => entry(label, text, isWell ? undefined : "yellow")),
    ...alerts.firing.flatMap((alert, index) =>
      entry(index === 0 ? "alerts" : "", alertText(alert, at), isSerious(alert) ? "yellow" : undefined),
    ),
    ...(runbooks.length === 0 ? [] : entry("what to do", runbooks.join(", "))),
    ...lossTexts(losses, can).flatMap(({ label, text }) => entry(label, text)),
  ];
}

const WORDS: Readonly<Record<Capability, string>> = {
  pages: "the site",
  reads: "reads",
  writes: "writes",
  backups: "backups",
  jobs: "jobs",
};

/** What people need most; a stack without backups still serves. */
const SERVES: readonly Capability[] = ["pages", "reads", "writes", "jobs"];

/** What may be lost now, and what may not, in words. */
export function lossTexts(
  losses: readonly Loss[],
  can: Status["can"],
): { readonly label: string; readonly text: string }[] {
  if (!can.pages) return [];
  const isHarmful = ({ stops }: Loss) => stops.some((one) => SERVES.includes(one));
  const safe = losses.filter((loss) => !isHarmful(loss));
  const harmful = losses.filter(isHarmful);
  return [
    {
      label: "can lose",
      text: safe.length === 0 ? "nothing" : `${safe.length > 1 ? "any one of " : ""}${safe.map(safeText).join(", ")}`,
    },
    ...(harmful.length === 0 ? [] : [{ label: "cannot lose", text: harmful.map(harmText).join(" · ") }]),
  ];
}

function safeText({ server, stops, pauses }: Loss): string {
  const longest = Math.max(0, ...pauses.map(({ seconds }) => seconds));
  const paused = pauses.filter(({ seconds }) => seconds === longest).map(({ capability }) => capability);
  const what = paused.includes("pages") ? "the site pauses" : `${list(paused)} pause`;
  const notes = [
    ...(pauses.length === 0 ? [] : [`${what} up to ${longest} s`]),
    ...(stops.includes("backups") ? ["no backups meanwhile"] : []),
  ];
  return notes.length === 0 ? server : `${server} (${notes.join(", ")})`;
}

function harmText({ server, stops, singlePoints }: Loss): string {
  const what = stops.includes("pages") ? WORDS.pages : list(stops.map((one) => WORDS[one]));
  const [only, ...more] = singlePoints;
  return `${server}: ${what}${only !== undefined && more.length === 0 && only !== server ? ` (${only})` : ""}`;
}

/** A text in lines of a width, those behind the first with an indentation. */
function wrapped(text: string, width: number, indent: number): string[] {
  return cut(text, width - indent).map((line, index) => (index === 0 ? line : " ".repeat(indent) + line));
}

/** Cuts a text between words into lines of a width. A word that is longer has a line of its own. */
function cut(text: string, width: number): string[] {
  return filled(text.split(" "), " ", width);
}

/** Joins texts in lines of a width, with whole texts in a line wherever they fit. */
function joined(texts: readonly string[], separator: string, width: number): string[] {
  return filled(
    texts.flatMap((text) => cut(text, width)),
    separator,
    width,
  );
}

function filled(parts: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + separator.length + part.length <= width) {
      lines[lines.length - 1] = line + separator + part;
    } else lines.push(part);
  }
  return lines;
}
