import * as z from "zod/mini";
import type { Query, QueryName } from "../../queries.ts";
import { API } from "../facts.ts";
import type { Alert, Line, Sample, Snapshot } from "./snapshot.ts";

/** Milliseconds after which a question counts as not answered. */
const PATIENCE_MS = 8_000;

/** Why there are no figures: Prometheus does not answer the board, or the board does not answer the page. */
export class NoAnswer extends Error {
  readonly by: "Prometheus" | "board";

  constructor(by: NoAnswer["by"]) {
    super(`the ${by} does not answer`);
    this.by = by;
  }
}

const labels = z.record(z.string(), z.string());
/** Prometheus writes numbers as texts, because JSON has no NaN. */
const point = z.tuple([z.number(), z.string()]);

const vector = z.object({ data: z.object({ result: z.array(z.object({ metric: labels, value: point })) }) });
const matrix = z.object({ data: z.object({ result: z.array(z.object({ metric: labels, values: z.array(point) })) }) });
const scalar = z.object({ data: z.object({ result: point }) });
const alerts = z.object({
  data: z.object({
    alerts: z.array(
      z.object({
        labels,
        annotations: z.object({ summary: z.optional(z.string()) }),
        state: z.string(),
        activeAt: z.string(),
      }),
    ),
  }),
});

/**
 * Asks everything.
 * @throws NoAnswer if something is not answered: half of the figures would look like all of them
 */
export async function ask(queries: readonly Query[]): Promise<Snapshot> {
  // One question says whether there will be answers.
  const time = await get("query", { query: "time()" });
  const [firing, ...answers] = await Promise.all([
    get("alerts", {}),
    ...queries.map(({ expr }) => get("query", { query: expr })),
  ]);
  return {
    at: Number(parsed(scalar, time)?.data.result[1]),
    alerts:
      parsed(alerts, firing)
        ?.data.alerts.filter(({ state }) => state === "firing")
        .map(alertOf) ?? [],
    samples: Object.fromEntries(queries.map(({ name }, index) => [name, samplesIn(answers[index])])),
  };
}

function samplesIn(answer: unknown): Sample[] {
  const series = parsed(vector, answer)?.data.result ?? [];
  return series
    .map(({ metric, value: [, text] }) => ({ labels: metric, value: Number(text) }))
    .filter(({ value }) => Number.isFinite(value));
}

type Given = z.infer<typeof alerts>["data"]["alerts"][number];

function alertOf({ labels: given, annotations, activeAt }: Given): Alert {
  const name = given["alertname"] ?? "";
  return { name, labels: given, summary: annotations.summary ?? name, since: Date.parse(activeAt) / 1_000 };
}

/** The span of time of charts, in seconds, all of them the same. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** @throws NoAnswer */
export async function askOver(
  { start, end, step }: Span,
  queries: readonly Query[],
): Promise<ReadonlyMap<QueryName, readonly Line[]>> {
  const span = { start: String(start), end: String(end), step: String(step) };
  const answers = await Promise.all(queries.map(({ expr }) => get("query_range", { query: expr, ...span })));
  return new Map(queries.map(({ name }, index) => [name, linesIn(answers[index])]));
}

function linesIn(answer: unknown): Line[] {
  const series = parsed(matrix, answer)?.data.result ?? [];
  return series.map(({ metric, values }) => ({
    labels: metric,
    values: new Map(
      values
        .map(([time, text]): [number, number] => [time, Number(text)])
        .filter(([, value]) => Number.isFinite(value)),
    ),
  }));
}

/** undefined: the question is refused, or something else is answered. */
function parsed<T extends z.core.$ZodType>(kind: T, answer: unknown): z.core.output<T> | undefined {
  const result = z.safeParse(kind, answer);
  return result.success ? result.data : undefined;
}

async function get(path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  let status: number;
  try {
    const response = await fetch(`${API}${path}?${new URLSearchParams(parameters)}`, { signal });
    status = response.status;
    // Prometheus explains a refusal in the same form.
    if (status < 500) return await response.json();
  } catch {
    // Nginx answers by itself after two seconds: what takes longer is Prometheus.
    throw new NoAnswer(signal.aborted ? "Prometheus" : "board");
  }
  throw new NoAnswer("Prometheus");
}
