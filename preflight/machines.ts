import { coerce, major } from "semver";
import type { Problem } from "../config/problems.ts";
import type { EngineState } from "../engine/state.ts";
import type { MachinePlan } from "../topology/machines.ts";

/** A machine of the stack, and the state of its engine. */
export interface AnsweredMachine {
  readonly machine: MachinePlan;
  readonly state: EngineState;
}

/** A machine whose engine does not answer. */
export interface SilentMachine {
  readonly machine: MachinePlan;
  readonly reason: string;
}

/** Milliseconds by which clocks may differ. Certificates of the swarm and of TLS count by them. */
const CLOCK_MS = 30_000;

/** Problems of machines that do not fit each other. */
export function machineProblems(answered: readonly AnsweredMachine[]): Problem[] {
  return [...sameMachines(answered), ...versionsApart(answered), ...wrongClocks(answered), ...liveRestored(answered)];
}

function text({ hosts, endpoint }: MachinePlan): string {
  return `${hosts.join(" and ")} (${endpoint})`;
}

/** The plan takes endpoints of different texts for different machines. */
function sameMachines(answered: readonly AnsweredMachine[]): Problem[] {
  return answered.flatMap(({ machine, state }, place) => {
    const other = answered.slice(0, place).find((one) => one.state.id !== "" && one.state.id === state.id);
    return other === undefined
      ? []
      : [
          {
            path: machine.path,
            value: machine.endpoint,
            complaint: `is ${machine.endpoint}, which is the machine of ${text(other.machine)} by another way: both are lost together`,
            allowed: `the endpoint of another machine; or ${other.machine.endpoint}, where one machine is meant`,
            example: other.machine.endpoint,
          },
        ];
  });
}

function versionsApart(answered: readonly AnsweredMachine[]): Problem[] {
  const [first, ...others] = answered.map((one) => ({ ...one, version: coerce(one.state.version) }));
  if (first?.version === undefined || first.version === null) return [];
  const wanted = major(first.version);
  return others.flatMap(({ machine, version, state }) =>
    version === null || major(version) === wanted
      ? []
      : [
          {
            path: machine.path,
            complaint: `is ${machine.endpoint}, whose engine is ${state.version}, and that of ${text(first.machine)} is ${first.state.version}`,
            allowed: "engines of the same major version, which form a swarm together",
            cure: "update the older engine, one machine after the other",
          },
        ],
  );
}

function wrongClocks(answered: readonly AnsweredMachine[]): Problem[] {
  return answered.flatMap(({ machine, state: { clockAheadMs } }) => {
    if (Math.abs(clockAheadMs) <= CLOCK_MS) return [];
    const seconds = Math.round(Math.abs(clockAheadMs) / 1_000);
    return [
      {
        path: machine.path,
        complaint: `is ${machine.endpoint}, whose clock is ${seconds} s ${clockAheadMs > 0 ? "ahead of" : "behind"} this machine's`,
        allowed: `clocks that differ by at most ${CLOCK_MS / 1_000} s: certificates are valid by them`,
        cure: "let chrony or systemd-timesyncd set the clock of both machines",
      },
    ];
  });
}

function liveRestored(answered: readonly AnsweredMachine[]): Problem[] {
  return answered.flatMap(({ machine, state }) =>
    state.isLiveRestored && state.swarm.state !== "active"
      ? [
          {
            path: machine.path,
            complaint: `is ${machine.endpoint}, whose engine has live-restore on`,
            allowed: "an engine without live-restore: with it no engine joins a swarm",
            cure: "remove live-restore from /etc/docker/daemon.json of that machine, and restart its engine",
          },
        ]
      : [],
  );
}
