import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hands } from "../../agent/act/hands.ts";
import { MarkFiles } from "../../agent/files/marks.ts";
import { type Paths, pathsOf } from "../../agent/files/paths.ts";
import type { Row, Session } from "../../agent/mysql/session.ts";
import type { AgentSettings } from "../../agent/settings.ts";
import { Databases } from "../../agent/upkeep/databases.ts";
import { ONE, observation, type Situation, TWO } from "./cluster.ts";

/** A node's files in a folder of their own, and a server that notes what it is told. */
export interface FakeNode {
  readonly hands: Hands;
  readonly paths: Paths;
  /** What was told to the server, in order; unlogged work stands between "unlogged" and "locked". */
  readonly told: string[];
  readonly said: string[];
  /** The passwords of the files, which are the accounts' names by default. */
  readonly passwords: Map<string, string>;
  /** What the node sees if it looks again. */
  situation: Situation;
  /** Resolves when the work beside the rounds is done. */
  untilIdle(): Promise<void>;
  remove(): Promise<void>;
}

export const ACCOUNT_HOSTS = {
  application: "10.0.1.0/24",
  router: "10.0.1.0/24",
  replication: "10.0.2.0/24",
  steward: "10.0.2.0/24",
  backup: "10.0.3.0/24",
  monitoring: "10.0.4.0/24",
} as const;

export function settingsIn(folder: string, more: Partial<AgentSettings> = {}): AgentSettings {
  return {
    ...{ member: TWO, peers: [ONE], port: 3306, isArbiter: false, arbiter: "mysql-arbiter.replication" },
    ...{ replication: "semisync", withoutReplica: "wait", database: "shop", accountHosts: ACCOUNT_HOSTS },
    routerTables: ["replication_group_members"],
    folders: {
      data: `${folder}/data`,
      run: `${folder}/run`,
      desired: `${folder}/desired`,
      secrets: `${folder}/secrets`,
    },
    ...more,
  };
}

/** @param answer the rows for a statement, or an error that it fails with; default: no rows */
export async function fakeNode(
  answer: (statement: string) => readonly Row[] | Error = () => [],
  more: Partial<AgentSettings> = {},
): Promise<FakeNode> {
  const folder = await mkdtemp(join(tmpdir(), "foobar-agent-"));
  const settings = settingsIn(folder, more);
  const { data, run, desired, secrets } = settings.folders;
  for (const path of [data, run, desired, secrets]) await mkdir(path);
  const paths = pathsOf(settings);
  const [told, said]: [string[], string[]] = [[], []];
  const passwords = new Map<string, string>();
  const idle: Promise<void>[] = [];
  const tell = (statement: string): readonly Row[] => {
    told.push(statement);
    const result = answer(statement);
    if (result instanceof Error) throw result;
    return result;
  };
  const session: Session = {
    ask: async (statement) => tell(statement),
    run: async (statements) => void tell(statements),
    close: () => {},
  };
  const beside = (work: () => Promise<void>) => void idle.push(work());
  const node = { situation: {} as Situation };
  const hands: Hands = {
    observe: async () => observation(node.situation),
    settings,
    own: {
      ask: async (statement) => answer(statement) as readonly Row[],
      within: (work) => work(session),
      execute: async (statements) => void tell(statements),
      async unlogged(work, as = "root") {
        told.push(`unlogged as ${as}`);
        await work(session).finally(() => told.push("locked"));
      },
    },
    secrets: {
      password: async (account) => passwords.get(account) ?? account,
      authority: async () => "authority",
      certificates: async () => passwords.get("certificates") ?? "certificates",
    },
    desired: {
      primary: async () => ONE,
      databases: async () => (passwords.get("databases") ?? "shop").split(","),
      sizing: async () => "",
    },
    marks: new MarkFiles(paths),
    databases: new Databases(),
    say: (text) => void said.push(text),
    progress: () => {},
    beside,
  };
  return Object.assign(node, {
    hands,
    ...{ paths, told, said, passwords },
    untilIdle: async () => void (await Promise.all(idle)),
    remove: () => rm(folder, { recursive: true }),
  });
}

/** An error as a server answers it. */
export function serverError(errno: number, message = `error ${errno}`): Error {
  return Object.assign(new Error(message), { errno, sqlState: "HY000" });
}
