import {
  type Dashboard,
  DashboardBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { MonitoringPlan } from "../../../topology/monitoringPlan.ts";
import { chartsOf, type Limits, type Query, queriesOf, type Unit } from "../queries.ts";

/** The identifier of the source of figures. */
export const SOURCE = "prometheus";
const DATASOURCE = { type: "prometheus", uid: SOURCE };

/** Grafana's names of units. */
const UNITS: Readonly<Record<Unit, string>> = {
  yes: "bool_yes_no",
  count: "none",
  "per second": "reqps",
  "per minute": "none",
  seconds: "s",
};

const COLOURS = { well: "green", warn: "orange", page: "red" } as const;

/** The dashboard of a stack: the board's figures, and its charts of the last hour. */
export function dashboardOf(plan: MonitoringPlan): Dashboard {
  const queries = queriesOf(plan);
  const { project, stack } = plan.shown;
  const builder = new DashboardBuilder(`${project} · ${stack}`)
    .uid(`${project}-${stack}`.slice(0, 40))
    .readonly()
    .refresh("10s")
    .time({ from: "now-1h", to: "now" })
    .timezone("browser");
  for (const query of queries.filter(({ by }) => by === undefined)) builder.withPanel(figure(query));
  for (const query of queries.filter(({ by }) => by !== undefined)) builder.withPanel(lines(query.title, [query]));
  for (const { title, lines: names, least } of chartsOf(queries)) {
    builder.withPanel(
      lines(
        title,
        queries.filter(({ name }) => names.includes(name)),
      ).axisSoftMax(least),
    );
  }
  return builder.build();
}

function figure(query: Query): StatBuilder {
  return new StatBuilder()
    .title(query.title)
    .datasource(DATASOURCE)
    .unit(UNITS[query.unit])
    .thresholds(thresholds(query.limits))
    .height(4)
    .span(4)
    .noValue("unknown")
    .withTarget(target(query).instant());
}

function lines(title: string, queries: readonly Query[]): TimeSeriesBuilder {
  const builder = new TimeSeriesBuilder()
    .title(title)
    .datasource(DATASOURCE)
    .unit(UNITS[queries[0]?.unit ?? "count"])
    .height(8)
    .span(12)
    .min(0);
  for (const query of queries) builder.withTarget(target(query).range());
  return builder;
}

function target({ name, expr, by, title }: Query): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(name)
    .expr(expr)
    .legendFormat(by === undefined ? title : `{{${by}}}`);
}

/** A step's colour holds from its value on. A figure that must not be low has the worst colour first. */
function thresholds(limits: Limits | undefined): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(stepsOf(limits));
}

export function stepsOf(limits: Limits | undefined): { value: number | null; color: string }[] {
  if (limits === undefined) return [{ value: null, color: "text" }];
  const { side, warn, page } = limits;
  if (side === "above") {
    return [
      { value: null, color: COLOURS.well },
      // The limit itself is still well.
      ...(warn === undefined ? [] : [{ value: justAbove(warn), color: COLOURS.warn }]),
      ...(page === undefined ? [] : [{ value: justAbove(page), color: COLOURS.page }]),
    ];
  }
  return [
    { value: null, color: page === undefined ? COLOURS.warn : COLOURS.page },
    ...(page === undefined || warn === undefined || warn === page ? [] : [{ value: page, color: COLOURS.warn }]),
    { value: warn ?? page ?? 0, color: COLOURS.well },
  ];
}

function justAbove(limit: number): number {
  return limit + Math.max(Math.abs(limit), 1) * 1e-9;
}
