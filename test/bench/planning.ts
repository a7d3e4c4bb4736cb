import { haproxyConfig } from "../../components/loadBalancer/haproxyConfig.ts";
import { nginxConfig } from "../../components/webTier/nginxConfig.ts";
import type { Role } from "../../config/choices.ts";
import { parseConfig } from "../../config/config.ts";
import type { Config } from "../../config/schema.ts";
import type { Topology } from "../../topology/plan.ts";
import { planTopology } from "../../topology/topology.ts";
import { figureLine, median } from "./figures.ts";

const SIZES = [2, 10, 100] as const;

/** Which roles the server at a place among all has. */
const LAYOUTS: Readonly<Record<string, (index: number) => readonly Role[]>> = {
  replicated: () => ["web", "app", "db"],
  split: (index) => (index % 2 === 0 ? ["web"] : index === 1 ? ["app", "db"] : ["app"]),
};

/** Until the engine has compiled what is measured. */
const WARM_UP_RUNS = 200;
const RUNS = 200;

/** What planning costs as the number of servers grows; medians in microseconds. */
export function benchPlanning(): string[] {
  return Object.entries(LAYOUTS).flatMap(([layout, roles]) =>
    SIZES.map((servers) => {
      const raw = rawConfig(servers, roles);
      const config = check(raw);
      const topology = planTopology(config);
      return figureLine("planning", {
        layout,
        servers,
        check_us: medianMicroseconds(() => check(raw)),
        plan_us: medianMicroseconds(() => planTopology(config)),
        render_us: medianMicroseconds(() => render(topology)),
      });
    }),
  );
}

function rawConfig(servers: number, roles: (index: number) => readonly Role[]): Record<string, string> {
  const list = Array.from({ length: servers }, (_, index) => ({ name: `server${index + 1}`, roles: roles(index) }));
  return { "foobar:servers": JSON.stringify(list) };
}

function check(raw: Readonly<Record<string, string>>): Config {
  return parseConfig("foobar", "bench", raw);
}

function render({ loadBalancers, web }: Topology): string[] {
  return [...loadBalancers.map((plan) => haproxyConfig(plan)), ...web.map((plan) => nginxConfig(plan, "0123456789"))];
}

function medianMicroseconds(work: () => unknown): number {
  for (let run = 0; run < WARM_UP_RUNS; run++) work();
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return Math.round(median(times) * 1_000);
}
