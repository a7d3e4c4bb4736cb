import * as pulumi from "@pulumi/pulumi";
import { shortHash } from "../../releases/content.ts";
import type { ClusterPlan, DatabasePlan } from "../../topology/databasePlan.ts";
import { type Authority, fingerprint } from "../certificates.ts";
import { computedFile, configFiles, liveFiles, type MountedFiles, secretFiles } from "../files.ts";
import { createPassword, type Password } from "../passwords.ts";
import { withCompanion } from "../roll.ts";
import { Service, type Waits } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";
import { serverSecrets, trustSecrets } from "../tlsFiles.ts";
import {
  AGENT_CHECK,
  AGENT_ENVIRONMENT,
  AGENT_FIGURES_FOLDER,
  AGENT_FOLDER,
  agentCommand,
  agentProgram,
  agentSettings,
  SETTINGS_FILE,
} from "./agent.ts";
import { controllerSettings, type Expected } from "./controller.ts";
import { DATA_FOLDER, RUN_FOLDER } from "./folders.ts";
import { DESIRED_FOLDER } from "./mysqlConfig.ts";
import { ACCOUNTS, CONFIG_FOLDER, desiredFiles, nodeEnvironment, nodeFiles } from "./node.ts";
import { type AgentFigures, agentFigures, type NodePart, nodeParts } from "./nodeParts.ts";

export interface MysqlClusterArgs extends TierArgs {
  readonly plan: ClusterPlan;
  /** The application's database. */
  readonly database: string;
  readonly authority: Authority;
  /** The generation of each account's password. */
  readonly generations: Readonly<Record<(typeof ACCOUNTS)[number], number>>;
  /**
   * Whether data volumes stay on the engine when they leave the stack, and `pulumi destroy` spares the passwords that
   * open them.
   */
  readonly protect: boolean;
}

/** The application's account. */
export const APPLICATION_USER = "application";

/** MySQL's user in its image. Agents have it, too: by the number MySQL's socket knows who asks. */
const MYSQL_USER = "999:999";

/**
 * The name of a member that is down is looked up outside, and a group waits for the answer, because it looks up names in
 * the thread that passes its messages. Without these options it would wait 20 s where no resolver outside answers.
 */
const DNS_OPTIONS = ["timeout:1", "attempts:1"] as const;

type Passwords = Readonly<Record<(typeof ACCOUNTS)[number], Password>>;

/**
 * MySQL: a primary and its replicas, or a group. An agent beside each database provisions it and keeps it in its place.
 * No database's definition names the primary or depends on the agent's program, so that neither a switchover nor another
 * version of the agent replaces one.
 */
export class MysqlCluster extends pulumi.ComponentResource {
  /** In the order in which they are replaced: the first primary is the last. */
  readonly nodes: readonly Service[];
  /** The databases and the switchover controller. */
  readonly services: readonly Service[];
  /** The databases' agents. */
  readonly agents: readonly Service[];
  /** The figures of the agents, for the exporters of their machines. */
  readonly figures: AgentFigures;
  readonly passwords: Passwords;

  constructor(name: string, args: MysqlClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:MysqlCluster", name, {}, opts);
    const password = (account: (typeof ACCOUNTS)[number]) =>
      createPassword(`${name}-${account}-password`, {
        parent: this,
        protect: args.protect,
        generation: args.generations[account],
      });
    this.passwords = {
      root: password("root"),
      application: password("application"),
      replication: password("replication"),
      steward: password("steward"),
      backup: password("backup"),
      monitoring: password("monitoring"),
    };
    this.figures = agentFigures(args, this);
    const parts = nodeParts(args, this.figures, this);
    const program = agentProgram();
    const agents: Service[] = [];
    this.nodes = args.roll(args.plan.databases, {}, (plan, waits) => {
      const part = of(parts, plan);
      const agent = this.#agent(plan, part, program, args, waits);
      agents.push(agent);
      return this.#node(plan, part, agent, args, withCompanion(waits, agent));
    });
    this.agents = agents;
    const controllers = args.roll([args.plan.controller], { releasedFirst: this.nodes }, (_, waits) =>
      this.#controller(args, program, this.#expected(parts, args.plan), waits),
    );
    this.services = [...this.nodes, ...controllers];
    this.registerOutputs({});
  }

  /** The agent, which also puts in place what it and its database read while they run. */
  #agent(plan: DatabasePlan, part: NodePart, program: MountedFiles, args: MysqlClusterArgs, waits: Waits): Service {
    const { plan: cluster, authority, database } = args;
    const settings = agentSettings(plan, cluster, database);
    return new Service(
      plan.agent.name,
      {
        ...placement(args, plan.agent),
        user: MYSQL_USER,
        command: agentCommand("node"),
        environment: AGENT_ENVIRONMENT,
        files: [
          program,
          configFiles(AGENT_FOLDER, { [SETTINGS_FILE]: jsonText(settings) }),
          // A change of these files replaces neither container: the agent applies it.
          liveFiles("desired", DESIRED_FOLDER, desiredFiles(plan, cluster)),
          secretFiles({ ...this.#passwordFiles(ACCOUNTS), ...serverSecrets(authority, part.issued) }),
        ],
        data: { volume: part.data, path: DATA_FOLDER },
        storage: [
          { volume: part.run, path: RUN_FOLDER },
          ...(part.figures === undefined ? [] : [{ volume: part.figures, path: AGENT_FIGURES_FOLDER }]),
        ],
        scratch: { "/tmp": 1 },
        dnsOptions: DNS_OPTIONS,
        healthcheck: AGENT_CHECK,
        stopGrace: 5,
        init: true,
        ...waits,
      },
      { parent: this },
    );
  }

  #node(plan: DatabasePlan, part: NodePart, agent: Service, args: MysqlClusterArgs, waits: Waits): Service {
    return new Service(
      plan.name,
      {
        ...placement(args, plan),
        user: MYSQL_USER,
        command: ["bash", `${CONFIG_FOLDER}/start.sh`],
        environment: nodeEnvironment(plan),
        files: [configFiles(CONFIG_FOLDER, nodeFiles(plan, args.plan))],
        // From the same volumes as the agent: what the agent has seen there, MySQL reads there.
        sharedFiles: agent.placed.filter(({ kind }) => kind === "desired" || kind === "secrets"),
        data: { volume: part.data, path: DATA_FOLDER },
        storage: [{ volume: part.run, path: RUN_FOLDER }],
        imageVolumes: [DATA_FOLDER],
        scratch: { "/tmp": 16 },
        dnsOptions: DNS_OPTIONS,
        healthcheck: { check: ["bash", `${CONFIG_FOLDER}/health.sh`], startPeriod: 120 },
        stopGrace: 60,
        init: true,
        ...waits,
      },
      { parent: this },
    );
  }

  /** The switchover controller: healthy when the configured member has been promoted and every member is in its place. */
  #controller(args: MysqlClusterArgs, program: MountedFiles, expected: pulumi.Output<Expected>, waits: Waits): Service {
    const { plan } = args;
    const settings = expected.apply((known) => jsonText(controllerSettings(plan, known)));
    return new Service(
      plan.controller.name,
      {
        ...placement(args, plan.controller),
        user: MYSQL_USER,
        command: agentCommand("controller"),
        // It reads its settings when it starts. A renewed certificate or another password replaces it, and it waits until
        // every member has them.
        environment: { ...AGENT_ENVIRONMENT, SETTINGS: settings.apply((text) => shortHash([text])) },
        files: [
          program,
          computedFile(AGENT_FOLDER, SETTINGS_FILE, settings),
          secretFiles({
            ...this.#passwordFiles(["steward", "replication"]),
            ...trustSecrets(args.authority),
          }),
        ],
        scratch: { "/tmp": 1 },
        dnsOptions: DNS_OPTIONS,
        // On a first `up` it starts beside the nodes, which have 120 s themselves.
        healthcheck: { check: ["test", "-e", "/tmp/in-place"], startPeriod: 180 },
        stopGrace: 5,
        init: true,
        ...waits,
      },
      { parent: this },
    );
  }

  /** The certificate of each member, and the password of each account that clients use, as the controller tells them. */
  #expected(parts: ReadonlyMap<string, NodePart>, { databases }: ClusterPlan): pulumi.Output<Expected> {
    const certificates = databases.map((plan) =>
      of(parts, plan).issued.certificate.apply((text) => [plan.member, fingerprint(text)] as const),
    );
    const passwords = ACCOUNTS.filter((account) => account !== "root").map((account) =>
      this.passwords[account].mark.apply((mark) => [account, mark] as const),
    );
    return pulumi.all([pulumi.all(certificates), pulumi.all(passwords)]).apply(([served, known]) => ({
      certificates: Object.fromEntries(served),
      passwords: Object.fromEntries(known),
    }));
  }

  #passwordFiles(accounts: readonly (keyof Passwords)[]): Record<string, pulumi.Output<string>> {
    return Object.fromEntries(accounts.map((account) => [`${account}-password`, this.passwords[account].value]));
  }
}

/** What a database has together with its agent. */
function of(parts: ReadonlyMap<string, NodePart>, { name }: DatabasePlan): NodePart {
  const found = parts.get(name);
  if (found === undefined) throw new Error(`${name} has nothing of its own`);
  return found;
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
