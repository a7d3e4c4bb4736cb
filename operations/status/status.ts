import type { Capability } from "../../topology/survival.ts";
import type { Place } from "../stack/places.ts";
import type { AlertFacts, EngineFacts } from "./facts.ts";

/** How a stack is. Their order is that of the exit codes: 0, 1, 2, 3. */
export const VERDICTS = ["well", "hurt", "down", "unknown"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** How a part of a stack is. down: it does not run. unknown: its engine does not answer. */
export type Health = "well" | "starting" | "hurt" | "down" | "unknown";

/** A container of the stack. */
export interface PlaceStatus extends Pick<Place, "service" | "server" | "tier" | "host"> {
  readonly health: Health;
  /** The version of its program. */
  readonly version?: string;
  /** The release of the application. */
  readonly release?: string;
  /** What it is now: PRIMARY, replica, "holds 10.201.0.254". */
  readonly role?: string;
  readonly figures: readonly string[];
  /** What is wrong. */
  readonly problem?: string;
  /** What brings it back, where a person has to do that. */
  readonly remedy?: string;
  /** Since when it runs. */
  readonly since?: Date;
}

/** A matter of the whole stack, in words. */
export interface Matter {
  readonly isWell: boolean;
  readonly text: string;
}

/** The result of the loss of a server now. */
export interface Loss {
  readonly server: string;
  /** What stops until somebody helps. */
  readonly stops: readonly Capability[];
  /** The longest pause of what goes on, in seconds. */
  readonly pauses: readonly { readonly capability: Capability; readonly seconds: number }[];
  /** Its containers that stop something by themselves. */
  readonly singlePoints: readonly string[];
}

/** A stack at one moment: the one object of which text and JSON are made. */
export interface Status {
  readonly project: string;
  readonly stack: string;
  readonly url: string;
  readonly at: Date;
  /** How long it took to find out. */
  readonly seconds: number;
  readonly verdict: Verdict;
  /** The verdict in words. */
  readonly headline: string;
  /** The stack in one line. */
  readonly summary: string;
  /** Each release of the application that runs, with its servers. */
  readonly releases: readonly { readonly release: string; readonly servers: readonly string[] }[];
  readonly engines: readonly EngineFacts[];
  readonly places: readonly PlaceStatus[];
  /** The server of the database that takes writes; undefined: none does, or it is not known. */
  readonly primary: string | undefined;
  /** Each virtual address with the load balancers that have it. */
  readonly holders: readonly { readonly address: string; readonly loadBalancers: readonly string[] }[];
  /** What the stack does for its users. */
  readonly can: Readonly<Record<Capability, boolean>>;
  readonly backups: Matter & { readonly takenAt?: Date; readonly reaches?: Date };
  readonly certificates: Matter & { readonly days?: number };
  /** Those that fire, the worst first; the text has a line of each. */
  readonly alerts: Matter & { readonly firing: readonly AlertFacts[] };
  /** What is wrong and belongs to no container. */
  readonly problems: readonly string[];
  readonly losses: readonly Loss[];
}
