import { parseArgs } from "node:util";
import { LOCAL_ENDPOINT } from "../../config/choices.ts";
import { engineClient } from "../../engine/client.ts";
import { prepareMachine } from "../../operations/session/machine.ts";
import { main, say } from "../../operations/session/terminal.ts";
import { machineLine } from "./figures.ts";
import { benchPlanning } from "./planning.ts";
import { benchPolicies } from "./policies.ts";
import { benchRelease } from "./release.ts";
import { withStack } from "./stack.ts";
import { benchTls } from "./tls.ts";
import { benchTraffic } from "./traffic.ts";
import { benchUp } from "./up.ts";
import { benchWrites } from "./writes.ts";

const BENCHES = ["planning", "traffic", "tls", "policies", "release", "writes", "up", "all"] as const;

const USAGE = `npm run bench -- [planning | traffic | tls | policies | release | writes | up | all]      default: all

  planning      what planning a stack costs as servers are added
  traffic       requests a second, latency, and the proxies' CPU beside proxies with the least of configuration
  tls           what TLS costs at the edge and to Nginx: CPU a request beside the same stack without it, handshakes, memory
  policies      seconds that the policy pack adds to a preview
  release       how long up takes for a changed application, Nginx, HAProxy, and for no change
  writes        rows a second that the databases commit, in a pair, in semisync and in a group, through a router and past it
  up            what up, a release of both applications and down cost beside docker compose with the same containers;
                not part of all: a round takes about five minutes

  --seconds N   of each load, 1 to 15; default: 10
  --rounds N    of up, 1 to 9; default: 3

All but planning bring up a stack of their own and remove it. Figures are meaningful only on a machine that does nothing else.`;

const isWithin = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;

/** Measures, and prints a line for each figure on stdout. */
await main(async () => {
  const { values, positionals } = parseArgs({
    options: { seconds: { type: "string", default: "10" }, rounds: { type: "string", default: "3" } },
    allowPositionals: true,
  });
  const [word = "all", ...more] = positionals;
  const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
  const isKnown = BENCHES.some((bench) => bench === word);
  if (!isKnown || more.length > 0 || !isWithin(seconds, 15) || !isWithin(rounds, 9)) {
    say(USAGE);
    return 2;
  }
  const isAsked = (bench: (typeof BENCHES)[number]) => word === bench || word === "all";

  // Before the bench itself is the load.
  console.log(machineLine());
  if (isAsked("planning")) for (const line of benchPlanning()) console.log(line);
  if (word === "planning") return 0;

  const { env } = await prepareMachine("dev");
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort(new Error("interrupted")));
  const { signal } = stop;
  if (word === "up") {
    for await (const line of benchUp({ engine: engineClient({ endpoint: LOCAL_ENDPOINT }), env, rounds, signal }))
      console.log(line);
    return 0;
  }
  await withStack(async (project) => {
    const options = { engine: engineClient({ endpoint: LOCAL_ENDPOINT }), project, env, seconds, signal };
    if (isAsked("traffic")) for await (const line of benchTraffic(options)) console.log(line);
    if (isAsked("tls")) for await (const line of benchTls(options)) console.log(line);
    if (isAsked("policies")) for await (const line of benchPolicies(options)) console.log(line);
    if (isAsked("release")) for await (const line of benchRelease(project, signal)) console.log(line);
    if (isAsked("writes")) for await (const line of benchWrites(options)) console.log(line);
  });
  return 0;
});
