import { type BoardFacts, FACTS_FILE } from "../facts.ts";
import { ask, askOver, NoAnswer, type Span } from "./ask.ts";
import { drawChart } from "./charts.ts";
import { drawBoard, drawLost, nameOf } from "./draw.ts";
import { element } from "./elements.ts";
import { type Heard, lostOf } from "./lost.ts";
import { boardOf } from "./model.ts";
import type { Snapshot } from "./snapshot.ts";

/** Seconds between two questions for the present figures, and between two for the charts. */
const EVERY_SECONDS = 5;
const CHARTS_SECONDS = 15;
/** The time that charts show, and the time between two of its values. */
const CHART_SECONDS = 3_600;
const STEP_SECONDS = 15;

/** Everything that changes. Times are of this machine's clock, in milliseconds. */
interface State {
  facts?: BoardFacts;
  heard?: { readonly snapshot: Snapshot; readonly at: number };
  charts?: { readonly element: HTMLElement; readonly at: number };
  failure?: NoAnswer["by"] | undefined;
  isLost: boolean;
}

const state: State = { isLost: false };

async function readFacts(): Promise<BoardFacts> {
  const response = await fetch(FACTS_FILE, { signal: AbortSignal.timeout(EVERY_SECONDS * 1_000) }).catch(
    () => undefined,
  );
  if (response?.ok !== true) throw new NoAnswer("board");
  return await response.json();
}

async function refresh(): Promise<void> {
  try {
    state.facts ??= await readFacts();
    const { facts } = state;
    const snapshot = await ask(facts.queries);
    state.heard = { snapshot, at: performance.now() };
    state.failure = undefined;
    if (state.charts === undefined || performance.now() - state.charts.at >= CHARTS_SECONDS * 1_000) {
      // After an update of the stack the page is another one.
      if ((await readFacts()).version !== facts.version) location.reload();
      state.charts = { element: await chartsOf(facts, snapshot.at), at: performance.now() };
    }
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    state.failure = error.by;
  }
}

async function chartsOf({ charts, queries }: BoardFacts, now: number): Promise<HTMLElement> {
  const end = Math.floor(now / STEP_SECONDS) * STEP_SECONDS;
  const span: Span = { start: end - CHART_SECONDS, end, step: STEP_SECONDS };
  const asked = queries.filter(({ name }) => charts.some(({ lines }) => lines.includes(name)));
  const answers = await askOver(span, asked);
  return element(
    "section",
    "charts",
    ...charts.map((chart) => {
      const own = asked.filter(({ name }) => chart.lines.includes(name));
      const lines = own.flatMap((query) => (answers.get(query.name) ?? []).map((line) => ({ ...line, query })));
      return drawChart(chart, span, lines);
    }),
  );
}

function heardNow(): Heard | undefined {
  const { heard } = state;
  return heard && { snapshot: heard.snapshot, secondsAgo: (performance.now() - heard.at) / 1_000 };
}

function draw(): void {
  const { facts, failure, charts } = state;
  const heard = heardNow();
  const lost = lostOf(heard, failure);
  state.isLost = lost !== undefined;
  if (lost !== undefined) {
    // Old figures must not come back with the next answer, before they are new.
    delete state.charts;
    document.title = lost.title;
    document.body.replaceChildren(drawLost(lost, facts));
    document.body.dataset["drawn"] = "lost";
    return;
  }
  if (facts === undefined || heard === undefined) return;
  const board = boardOf(facts, heard.snapshot);
  document.title = `${board.verdict.text} · ${nameOf(facts)}`;
  document.body.replaceChildren(
    element(
      "main",
      "",
      ...drawBoard(facts, board, heard.snapshot.at),
      ...(charts === undefined ? [] : [charts.element]),
    ),
  );
  if (charts === undefined) return;
  // The charts are drawn in the next frame, when they have their size.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      if (!state.isLost) document.body.dataset["drawn"] = board.verdict.look;
    }),
  );
}

/** Other colours are read when charts are drawn. */
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  delete state.charts;
});

/** While there is no answer the page says how long, and a question that hangs does not stop it. */
setInterval(() => {
  if (state.isLost || lostOf(heardNow(), state.failure) !== undefined) draw();
}, 1_000);

for (;;) {
  await refresh();
  draw();
  await new Promise((resolve) => setTimeout(resolve, EVERY_SECONDS * 1_000));
}
