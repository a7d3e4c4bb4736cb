import type { Deed, Machines } from "./power.ts";

/** A fault of a whole machine, and how it ends. */
export interface HostFault {
  readonly name: string;
  readonly proves: string;
  /** How it is described before it happens. */
  readonly doing: string;
  readonly begin: Deed;
  readonly end: Deed;
  /** What puts the machine right when the drill is stopped before the end. */
  readonly undo: Deed;
  /** Seconds from the beginning to the end. */
  holdSeconds(machines: Pick<Machines, "offSeconds">): number;
  /** The longest time without writes while a group chooses another primary, in milliseconds. */
  readonly writesBackMs: number;
  /** Whether the machine comes back without its containers and data. */
  readonly isEmptied: boolean;
}

/** MySQL suspects a member after 5 s of silence, a fixed value. */
const WRITES_BACK_MS = 8_000;
/** A primary that is cut off answers those who reach it, until it notices. */
const CUT_WRITES_BACK_MS = 9_000;
/** Seconds for which a machine is cut off. */
const CUT_SECONDS = 10;

const POWER = { begin: "off", end: "on", undo: "on", writesBackMs: WRITES_BACK_MS, isEmptied: false } as const;

export const HOST_FAULTS: readonly HostFault[] = [
  {
    ...POWER,
    name: "kill-host",
    proves:
      "when any one machine loses its power, the others serve, no acknowledged row is lost, and it comes back by itself",
    doing: "power off",
    holdSeconds: ({ offSeconds }) => offSeconds,
  },
  {
    ...POWER,
    name: "cut-host",
    proves: "when any one machine is cut off from the network, the others serve, and take it back",
    doing: "network cable out",
    begin: "cut",
    end: "mend",
    undo: "mend",
    writesBackMs: CUT_WRITES_BACK_MS,
    holdSeconds: () => CUT_SECONDS,
  },
  {
    ...POWER,
    name: "reboot-host",
    proves: "when any one machine loses its power for a moment, it is back in its place without a hand",
    doing: "power off and at once on",
    holdSeconds: () => 0,
  },
  {
    ...POWER,
    name: "wipe-host",
    proves: "any one machine may be replaced by an empty one, which gets all its containers and data again",
    doing: "power off, and an empty disk",
    end: "wipe",
    holdSeconds: () => 0,
    isEmptied: true,
  },
];
