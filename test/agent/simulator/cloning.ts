import type { Provisioning } from "../../../agent/vocabulary.ts";
import type { Act, Outcome } from "./action.ts";
import type { Acts } from "./acts.ts";
import type { Deciders } from "./deciders.ts";
import { dropData } from "./deleting.ts";
import { NONE } from "./ledger.ts";
import { answering, crash, RESTART_ROUNDS, shutDown } from "./lifecycle.ts";
import type { Node, Server } from "./node.ts";
import type { World } from "./world.ts";

/** Rounds that a clone copies. */
const COPY_ROUNDS = 2;

/** Whether the donor can be asked for a clone: 3862 otherwise, or it is not reached. */
type Asked = "accepted" | "busy" | "away";

function ask(world: World, node: Node, donor: Node): Asked {
  const server = answering(donor);
  if (server === undefined || !donor.folder.isPrepared || !world.reaches(node.index, donor.index)) return "away";
  const donates = server.donation !== undefined && server.donation.to !== node.index;
  return donates || donor.folder.clone?.state === "In Progress" ? "busy" : "accepted";
}

/** A clone deletes a copy of the data, for a time at least. */
export const KEEPS_USABLE = "no data are replaced by a clone that could go on by replication";

/** Whether replication from the donor would work, as nobody but the simulator knows. */
function couldGoOn(world: World, { folder, server }: Node, donor: Node): boolean {
  const has = folder.executed | folder.relayed;
  const isRefused = (world.ledger.of(donor.folder.uuid, has) & ~donor.folder.logged) !== NONE;
  const isLacking = (donor.folder.purged & ~has) !== NONE;
  return !isRefused && !isLacking && !folder.isPoisoned && server?.cannotApply === undefined;
}

/** The acts of a clone, as the agent and the two servers do them: the mark comes first. */
export function cloneActs(acts: Acts, donor: Node, mark: Provisioning, isRefusal: Deciders["isRefusal"]): Act[] {
  const { world, node } = acts;
  const cloning = new Cloning(world, node, donor, isRefusal);
  return [
    acts.file("write the mark", () => cloning.mark(mark)),
    acts.stopReceiver(),
    acts.superReadOnlyOff(),
    acts.sql("ask the donor", () => cloning.ask()),
    acts.sql("drop the data", (server) => cloning.drop(server)),
    acts.sql("copy files", () => cloning.copyFiles()),
    acts.sql("copy pages", () => cloning.copyPages()),
    acts.sql("complete", () => cloning.complete()),
  ];
}

/** A clone on its way. */
class Cloning {
  readonly #world: World;
  readonly #node: Node;
  readonly #donor: Node;
  readonly #isRefusal: Deciders["isRefusal"];
  #before: Provisioning | undefined;
  #copied = 0;

  constructor(world: World, node: Node, donor: Node, isRefusal: Deciders["isRefusal"]) {
    this.#world = world;
    this.#node = node;
    this.#donor = donor;
    this.#isRefusal = isRefusal;
  }

  mark(mark: Provisioning): void {
    this.#before = this.#node.folder.provisioning;
    this.#node.folder.provisioning = mark;
  }

  ask(): Outcome {
    const answer = ask(this.#world, this.#node, this.#donor);
    if (answer === "busy") return this.#failedByDonor();
    if (answer === "away") return this.#ended("Failed");
    const server = answering(this.#donor);
    if (server !== undefined) server.donation = { to: this.#node.index, awaits: undefined };
    const began = `${this.#world.round}.${this.#node.index}`;
    this.#node.folder.clone = { began, state: "In Progress", hasDropped: false };
    return "done";
  }

  /** MySQL drops them right after the donor has accepted the clone, and not if that one is gone. */
  drop(server: Server): Outcome {
    const { folder } = this.#node;
    if (ask(this.#world, this.#node, this.#donor) !== "accepted") return this.#ended("Failed");
    if (folder.provisioning?.step === "cloning over data" && couldGoOn(this.#world, this.#node, this.#donor)) {
      this.#world.violated(KEEPS_USABLE, `${this.#node.name} clones ${this.#donor.name}, and could replicate from it`);
    }
    if (folder.clone !== undefined) folder.clone = { ...folder.clone, hasDropped: true };
    dropData(this.#world, this.#node);
    server.sessions = [];
    return "done";
  }

  copyFiles(): Outcome {
    const trouble = this.#trouble();
    if (trouble !== undefined) return trouble;
    this.#copied += 1;
    return this.#copied < COPY_ROUNDS ? "again" : "done";
  }

  /** The donor first waits for the transactions on their way: what it copies then has all of its binary log. */
  copyPages(): Outcome {
    const trouble = this.#trouble();
    if (trouble !== undefined) return trouble;
    const server = answering(this.#donor);
    if (server?.donation === undefined) return this.#ended("Failed");
    const onTheirWay = server.sessions.reduce((all, { bit }) => all | bit, NONE);
    if (server.donation.awaits === undefined) {
      server.donation.awaits = onTheirWay;
      return "again";
    }
    return (server.donation.awaits & onTheirWay) === NONE ? "done" : "again";
  }

  complete(): Outcome {
    const trouble = this.#trouble();
    if (trouble !== undefined) return trouble;
    const { executed, source } = this.#donor.folder;
    Object.assign(this.#node.folder, {
      ...{ executed, logged: executed, purged: executed },
      ...{ source, isPrepared: true },
    });
    return this.#ended("Completed");
  }

  /** What ends a clone in its middle. */
  #trouble(): Outcome | undefined {
    if (ask(this.#world, this.#node, this.#donor) !== "accepted") return this.#ended("Failed");
    if (this.#world.round >= this.#donor.abortsCloneUntil) return undefined;
    this.#donor.abortsCloneUntil = 0;
    return this.#failedByDonor();
  }

  /** The donor's error: its refusal, or the end of a clone in its middle. MySQL itself does not end the server then. */
  #failedByDonor(): Outcome {
    const { folder, orphan } = this.#node;
    const hasDropped = folder.clone?.state === "In Progress" && folder.clone.hasDropped;
    if (hasDropped) this.#record("Failed");
    // Nobody is there who gets the error.
    if (orphan !== undefined) return "failed";
    if (this.#isRefusal(hasDropped)) folder.provisioning = this.#before;
    else shutDown(this.#world, this.#node, RESTART_ROUNDS);
    return "failed";
  }

  /** The server ends without an orderly end of its membership in a group. */
  #ended(state: "Failed" | "Completed"): Outcome {
    this.#record(state);
    crash(this.#world, this.#node, RESTART_ROUNDS);
    return state === "Failed" ? "failed" : "done";
  }

  #record(state: "Failed" | "Completed"): void {
    const { folder, index } = this.#node;
    if (folder.clone !== undefined) folder.clone = { ...folder.clone, state };
    const server = answering(this.#donor);
    if (server?.donation?.to === index) server.donation = undefined;
  }
}

/** Ends the server, as SHUTDOWN does. */
export function endServer(acts: Acts): Act {
  return acts.sql("shutdown", () => {
    shutDown(acts.world, acts.node, RESTART_ROUNDS);
    return true;
  });
}
