import type { QueryName } from "../../components/monitoring/queries.ts";

/** The time of Prometheus in every state. */
export const AT = Date.UTC(2026, 10, 26, 0, 22, 27) / 1_000;

/** A series: its labels, and its values. A number stands for one that has always been the same. */
export interface Series {
  readonly labels?: Readonly<Record<string, string>>;
  /** By the minutes since then, 0 for the present; undefined: there is none. */
  readonly value: number | ((minutesAgo: number) => number | undefined);
}

export interface FiringAlert {
  readonly name: string;
  readonly severity: string;
  readonly summary: string;
  readonly secondsAgo: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What a Prometheus of the test says. */
export interface State {
  readonly series: Readonly<Partial<Record<QueryName, readonly Series[]>>>;
  readonly alerts: readonly FiringAlert[];
}

const by = (label: string, values: Readonly<Record<string, Series["value"]>>): Series[] =>
  Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));

/** A curve that looks like visitors, and is the same in every run. */
const wave = (base: number, swing: number, phase: number) => (minutesAgo: number) =>
  base + swing * (Math.sin(minutesAgo / 7 + phase) + 0.5 * Math.sin(minutesAgo / 2.3 + 2 * phase));

const always: FiringAlert = { name: "Watchdog", severity: "none", summary: "Monitoring works", secondsAgo: 9_000 };

const PARTS = [
  "lb1",
  "lb2",
  ...["web", "app", "router", "mysql"].flatMap((one) => [`${one}-server1`, `${one}-server2`]),
];
const up = (...down: readonly string[]) =>
  by("instance", Object.fromEntries([...PARTS, "mysql-arbiter"].map((name) => [name, down.includes(name) ? 0 : 1])));

export const WELL: State = {
  series: {
    age: [{ value: 1.2 }],
    siteAnswers: [{ value: 1 }],
    requests: [{ value: wave(12.4, 3, 0) }],
    failures: [{ value: 0 }],
    latency99: [{ value: wave(0.062, 0.018, 1) }],
    latency50: [{ value: wave(0.012, 0.002, 2) }],
    waysReady: [{ value: 2 }],
    lag: [{ value: 0 }],
    backupAge: [{ value: 3 * 3_600 + 60 }],
    certificate: [{ value: 3_649 * 86_400 }],
    up: up(),
    webRequests: by("instance", { "web-server1": wave(6.3, 1.5, 0), "web-server2": wave(6.1, 1.5, 0.15) }),
    webReady: by("instance", { "web-server1": 1, "web-server2": 1 }),
    balancerRequests: by("instance", { lb1: wave(12.4, 3, 0), lb2: 0.3 }),
    holders: by("load_balancer", { lb1: 1 }),
    readOnly: by("instance", { "mysql-server1": 0, "mysql-server2": 1, "mysql-arbiter": 1 }),
    databaseLag: by("instance", { "mysql-server2": 0, "mysql-arbiter": 0 }),
  },
  alerts: [always],
};

const DIED = 41 / 60;
const dead = (value: Series["value"]) => (minutesAgo: number) => {
  if (minutesAgo < DIED) return undefined;
  return typeof value === "number" ? value : value(minutesAgo);
};
const rising = (before: (minutesAgo: number) => number, after: number) => (minutesAgo: number) =>
  minutesAgo < DIED ? after : before(minutesAgo);

/** server1 is lost, with the primary. */
export const HURT: State = {
  series: {
    ...WELL.series,
    requests: [{ value: 9.8 }],
    failures: [{ value: (minutesAgo) => (minutesAgo < 1.7 ? 4.4 : 0) }],
    latency99: [{ value: rising(wave(0.062, 0.018, 1), 4.1) }],
    latency50: [{ value: rising(wave(0.012, 0.002, 2), 0.018) }],
    waysReady: [{ value: 1 }],
    lag: [{ value: 2.4 }],
    up: up("web-server1", "app-server1", "router-server1", "mysql-server1"),
    webRequests: by("instance", {
      "web-server1": dead(wave(6.3, 1.5, 0)),
      "web-server2": rising(wave(6.1, 1.5, 0.15), 9.8),
    }),
    webReady: by("instance", { "web-server1": 0, "web-server2": 1 }),
    balancerRequests: by("instance", { lb1: rising(wave(12.4, 3, 0), 9.8), lb2: 0.3 }),
    readOnly: by("instance", { "mysql-server2": 0, "mysql-arbiter": 1 }),
    databaseLag: by("instance", { "mysql-server2": dead(0), "mysql-arbiter": (ago) => (ago < 0.4 ? 2.4 : 0) }),
  },
  alerts: [
    always,
    {
      name: "GroupMemberLost",
      severity: "warn",
      summary: "2 members of 3 are left in the group",
      secondsAgo: 20,
    },
    {
      name: "ServerDown",
      severity: "page",
      summary: "server1: nothing of it answers",
      secondsAgo: 31,
      labels: { server: "server1" },
    },
    {
      name: "NoReplica",
      severity: "warn",
      summary: "No replica is fit to be read: the primary serves the reads, too",
      secondsAgo: 8,
    },
    {
      name: "InstanceDown",
      severity: "warn",
      summary: "web-server1 does not answer",
      secondsAgo: 31,
      labels: { server: "server1", instance: "web-server1" },
    },
    { name: "PrimaryMoved", severity: "info", summary: "mysql-server2 has become the primary", secondsAgo: 12 },
  ],
};

/** Everything but monitoring is lost. */
export const DOWN: State = {
  series: {
    ...WELL.series,
    siteAnswers: [{ value: 0 }],
    requests: [],
    failures: [],
    webRequests: [],
    balancerRequests: [],
    databaseLag: [],
    waysReady: [],
    up: up(...PARTS, "mysql-arbiter"),
    webReady: [],
    holders: [],
    readOnly: [],
    lag: [],
    latency99: [],
    latency50: [],
  },
  alerts: [always, { name: "SiteDown", severity: "page", summary: "The site does not answer", secondsAgo: 190 }],
};
