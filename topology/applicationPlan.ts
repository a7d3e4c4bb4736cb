import type { ApplicationKind } from "../config/applicationKind.ts";
import type { Settings } from "../config/schema.ts";
import type { InstancePlan, Upstream } from "./instancePlan.ts";

/** What the application is, and what all of its processes share. */
export interface ProgramPlan {
  readonly kind: ApplicationKind;
  /** The user's folder, with the files or with the Dockerfile. undefined: the sample application, or an image alone. */
  readonly folder: string | undefined;
  /** The kept release that runs instead of the folder. undefined: none. */
  readonly release: string | undefined;
  /** The image that it runs in. With files they are put into it; a build does not use it. */
  readonly image: string;
  /** Whether application.image names it, and not images.application. */
  readonly isOwnImage: boolean;
  /** The folder in the container that files are put into. */
  readonly filesPath: string;
  /** Relative to the folder of a build. */
  readonly dockerfile: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  /** An image with a shell and the usual tools, which the stack has anyway. */
  readonly toolImage: string;
  /** The name of images that are made for the stack, without a tag. */
  readonly imageName: string;
  /** The user's secrets by name: their texts, or what stands for them where the CLI has not decrypted them. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Names of secrets, the user's and the stack's own, by the variables that they are in. */
  readonly secretVariables: Readonly<Record<string, string>>;
  /** The user's environment variables, in which names of the stack's are not yet replaced. */
  readonly environment: Readonly<Record<string, string>>;
  /** The folders that outlive containers. */
  readonly storage: readonly StoragePlan[];
  /** The restore that the data comes from, or `first`: a timeline has a schema of its own. */
  readonly timeline: string;
  /** The command that runs before a release. undefined: none. */
  readonly migrate: MigrationPlan | undefined;
}

/** A command that runs once for each new release. */
export interface MigrationPlan extends Pick<RunPlan, "entrypoint" | "command"> {
  readonly timeoutSeconds: number;
}

/** A folder that outlives containers: a volume on each engine that runs the application. */
export interface StoragePlan {
  readonly name: string;
  /** The folder in the application's containers. */
  readonly path: string;
  /** The volume's name on the engines. */
  readonly volume: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
}

/** How a container of the application runs. */
export interface RunPlan {
  /** undefined: the image's. */
  readonly entrypoint: readonly string[] | undefined;
  /** undefined: the image's. */
  readonly command: readonly string[] | undefined;
  /** undefined: the image's. */
  readonly user: string | undefined;
  /** undefined: the image's. */
  readonly workingDirectory: string | undefined;
  /** Names without CAP_. */
  readonly capabilities: readonly string[];
  /** Folders in memory, each with its size in MB. */
  readonly writable: Readonly<Record<string, number>>;
  readonly isRootWritable: boolean;
  /** Seconds from the stop signal to the kill. */
  readonly stopSeconds: number;
}

/** The check of the application's readiness, which the load balancers and the container's own health share. */
export interface ReadinessPlan {
  readonly path: string;
  /** The host that a check names. */
  readonly host: string;
  /** Whether a check says that the visitor uses HTTPS. */
  readonly isHttps: boolean;
  /** The statuses that mean ready: one, or a range such as 200-399. */
  readonly status: string;
}

/** A container that runs the application's image, on a server with a database router. */
interface OfApplication extends InstancePlan {
  readonly server: string;
  readonly run: RunPlan;
  readonly database: string;
  /** The addresses of the database router on its server, which knows the databases for writes and for reads. */
  readonly writeTo: Upstream;
  readonly readFrom: Upstream;
  /** Whether it can open connections to the outside. */
  readonly isOutbound: boolean;
}

/** An instance of the application that answers requests. */
export interface ApplicationPlan extends OfApplication {
  /** The name of its address in the web servers' network, the only one that it has to listen on. */
  readonly listenAddress: string;
  readonly port: number;
  readonly readiness: ReadinessPlan;
  /** Seconds in which it gets ready. */
  readonly startSeconds: number;
  /** Seconds for which it is unready before it stops: longer than the load balancer takes to notice. */
  readonly drainSeconds: number;
  /** The container that asks for its readiness, if its image may have no shell. undefined: it asks itself. */
  readonly probe: InstancePlan | undefined;
  /** How an application of the user's own is told of its databases' URLs. undefined: it is the sample application. */
  readonly databaseUrl: Settings["application"]["databaseUrl"] | undefined;
}

/** A container of another process of the application. */
export interface ProcessPlan extends OfApplication {
  /** The name of its setting. */
  readonly process: string;
  readonly databaseUrl: Settings["application"]["databaseUrl"] | undefined;
}
