import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { RunTask } from "../../engine/task.ts";
import { shortHash } from "../../releases/content.ts";
import { releaseFolder } from "../../releases/folder.ts";
import type { ApplicationPlan, ProcessPlan, ProgramPlan } from "../../topology/applicationPlan.ts";
import type { HostPlan, WebPlan } from "../../topology/plan.ts";
import { fingerprint } from "../certificates.ts";
import { folderFiles, type MountedFiles } from "../files.ts";
import type { Password } from "../passwords.ts";
import { Service, type ServiceArgs, type Waits } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";
import { drained, servingHooks } from "./drain.ts";
import { environment } from "./environment.ts";
import { migratedMark, migrationMark } from "./migration.ts";
import { probeService } from "./probe.ts";
import { readinessProbe } from "./readiness.ts";
import { type Release, release, releaseImages } from "./releaseImage.ts";
import { applicationSecrets } from "./secrets.ts";
import { type Storage, storages } from "./storage.ts";

export interface AppTierArgs extends TierArgs {
  readonly program: ProgramPlan;
  readonly plans: readonly ApplicationPlan[];
  /** The command that runs before the first instance is replaced. undefined: none. */
  readonly migration: ProcessPlan | undefined;
  /** The release for which it ran last. undefined: it has not run. */
  readonly migrated: string | undefined;
  /** Runs the migration's container to its end. */
  readonly runTask: RunTask;
  /** How the engine of each host is reached. */
  readonly reach: readonly HostPlan[];
  /** The web servers, which pass requests to the instances. */
  readonly web: readonly WebPlan[];
  /** Other processes, which are released after the last instance. */
  readonly processes: readonly ProcessPlan[];
  readonly databasePassword: Password;
  /** The certificates of the authority that signs the databases' certificates. */
  readonly databaseAuthority: pulumi.Output<string>;
  /** The primary and the routers to it: an application may end if it finds no database. */
  readonly needs: readonly Service[];
  /** Further hosts that need the storages. */
  readonly storageHosts: readonly string[];
  /** Whether the volumes of storages stay on the engine when they leave the stack. */
  readonly protect: boolean;
  /** Released before the first application. */
  readonly after: readonly Service[];
}

type Order = Waits & Pick<ServiceArgs, "dependsOn">;

const APPLICATION_FOLDER = "/app";

/** Applications are released most often. One that is ready after half a second is seen to be a second earlier by this. */
const PROBE_SECONDS = 0.75;

/** Nobody answers at this address of a container's own: without a way out the lookup of a name outside fails at once. */
const NO_DNS = "127.0.0.1";

/** The application on every server with the role app, and its other processes. */
export class AppTier extends pulumi.ComponentResource {
  /** The instances that answer requests, and their probes. */
  readonly services: readonly Service[];
  readonly processes: readonly Service[];
  /** The version of the application's files, or of its image. */
  readonly release: string;
  /** The folders that outlive containers, by host. */
  readonly storages: ReadonlyMap<string, readonly Storage[]>;

  readonly #args: AppTierArgs;
  readonly #release: Release;
  readonly #images: ReadonlyMap<string, docker.RemoteImage>;

  constructor(name: string, args: AppTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:AppTier", name, {}, opts);
    this.#args = args;
    this.#release = release(args.program);
    this.#images = releaseImages(this.#release, args, this);
    this.storages = storages(
      args,
      [...[...args.plans, ...args.processes].map(({ host }) => host), ...args.storageHosts],
      this,
    );
    this.release = this.#release.version;
    const before = this.#migration();
    const services: Service[] = [];
    args.roll(args.plans, { needs: args.needs, releasedFirst: args.after }, (plan, waits) => {
      const instance = this.#instance(plan, { ...waits, dependsOn: before });
      const asked = plan.probe === undefined ? instance : probeService(args, plan, plan.probe, instance, this);
      services.push(...new Set([instance, asked]));
      return asked;
    });
    this.services = services;
    this.processes = args.roll(args.processes, { needs: args.needs, releasedFirst: services }, (plan, waits) =>
      this.#process(plan, { ...waits, dependsOn: before }),
    );
    this.registerOutputs({});
  }

  #instance(plan: ApplicationPlan, waits: Order): Service {
    const health = { check: readinessProbe(plan), startPeriod: plan.startSeconds, interval: PROBE_SECONDS };
    const checked = plan.probe === undefined ? { healthcheck: health } : {};
    const container = { ...this.#container(plan), ...checked };
    // The sample application drains itself.
    const order = plan.databaseUrl === undefined ? waits : this.#drainedFirst(plan, container, waits);
    return new Service(plan.name, { ...container, ...order }, { parent: this });
  }

  #drainedFirst(plan: ApplicationPlan, { environment = {}, imageId }: ServiceArgs, waits: Order) {
    const { program } = this.#args;
    const versions = ["DATABASE_CA_SHA256", "DATABASE_PASSWORD_VERSION", "SECRETS_VERSION"];
    const version = pulumi
      .all([imageId, ...versions.map((name) => environment[name])])
      .apply((texts) => shortHash([JSON.stringify([plan, { ...program, secrets: {} }, this.release, texts])]));
    const before = [...(waits.dependsOn ?? []), ...waits.after.map(({ container }) => container)];
    const mark = drained(this.#args, plan, pulumi.unsecret(version), before, this);
    return { ...waits, dependsOn: [...(waits.dependsOn ?? []), mark], hooks: servingHooks(this.#args, plan) };
  }

  #process(plan: ProcessPlan, waits: Order): Service {
    return new Service(plan.name, { ...this.#container(plan), ...waits }, { parent: this });
  }

  /** What every instance waits for: the mark that the migration of this release is done. */
  #migration(): pulumi.Resource[] {
    const { migration: plan, program, migrated, reach, needs, after, runTask } = this.#args;
    if (plan === undefined || program.migrate === undefined) return [];
    const waits = { after: [...new Set([...needs, ...after])] };
    const container = this.#container(plan);
    const mark = migrationMark(plan, program, this.release);
    const environment = { ...container.environment, MIGRATION: mark };
    const task = new Service(plan.name, { ...container, environment, isTask: true, ...waits }, { parent: this });
    const host = reach.find(({ name }) => name === plan.host);
    if (host === undefined) throw new Error(`the plan has no host ${plan.host}`);
    return [migratedMark({ plan, program, mark, migrated, reach: host, task, runTask, parent: this })];
  }

  /** What a container of any process of the application has. */
  #container(plan: ApplicationPlan | ProcessPlan): ServiceArgs {
    const args = this.#args;
    const { run, isOutbound } = plan;
    const secrets = applicationSecrets(plan, args);
    const image = this.#images.get(plan.host);
    return {
      ...placement(args, plan),
      ...(image === undefined ? {} : { imageId: image.imageId }),
      user: run.user,
      command: run.command,
      entrypoint: run.entrypoint,
      workingDirectory: run.workingDirectory,
      isRootWritable: run.isRootWritable,
      ...(run.capabilities.length === 0 ? {} : { capabilities: run.capabilities.map((name) => `CAP_${name}`) }),
      environment: {
        ...environment(plan, this.release, args.program.environment),
        ...secrets.variables,
        // An application reads these files when it starts, so a new certificate or password replaces the container.
        DATABASE_CA_SHA256: args.databaseAuthority.apply(fingerprint),
        DATABASE_PASSWORD_VERSION: args.databasePassword.version,
      },
      files: [...this.#files(), secrets.files],
      scratch: run.writable,
      storage: this.storages.get(plan.host) ?? [],
      sharedMemory: true,
      ...(isOutbound ? {} : { dnsServers: [NO_DNS], dnsOptions: ["timeout:1", "attempts:1"] }),
      stopGrace: run.stopSeconds,
    };
  }

  /** The sample application's one file is mounted: the first `up` of a stack builds no image. */
  #files(): MountedFiles[] {
    const { mounted } = this.#release;
    return mounted === undefined ? [] : [folderFiles(APPLICATION_FOLDER, releaseFolder(this.release), mounted)];
  }
}
