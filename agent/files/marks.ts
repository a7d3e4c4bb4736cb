import { rename } from "node:fs/promises";
import { markOf } from "../mysql/secrets.ts";
import { termIn } from "../observe/columns.ts";
import type { Marks, Provisioning, Term } from "../vocabulary.ts";
import type { Paths } from "./paths.ts";
import { isThere, readText, removeFile, replaceText } from "./storing.ts";

/** The text of the mark of provisioning: its step, and when the clone before began. The shell wrote a T in that time. */
export function provisioningText({ step, earlier }: Provisioning): string {
  return `${step}\n${earlier === undefined ? "-" : earlier.replace(" ", "T")}\n`;
}

/** Reads the mark of provisioning. A step that is not known, or half a word, counts as the first one, as in start.sh. */
export function parseProvisioning(text: string): Provisioning {
  const [step = "", earlier = "-"] = text.split("\n");
  return {
    step: step === "cloning over data" || step === "cloning" ? step : "initialising",
    earlier: earlier === "-" || earlier === "" ? undefined : earlier.replace("T", " "),
  };
}

/** The marks of a node, as files that any version of its agent reads. */
export class MarkFiles {
  readonly #paths: Paths;

  constructor(paths: Paths) {
    this.#paths = paths;
  }

  /** @param replicationPassword the present one; undefined: it cannot be read at this moment */
  async read(replicationPassword: string | undefined): Promise<Marks> {
    const { provisioning, dataLost, knownTerm, led, givenUp, regroup, connectedWith } = this.#paths;
    const [step, isDataLost, known, ledIn, members, isToRegroup, mark] = await Promise.all([
      readText(provisioning),
      isThere(dataLost),
      readText(knownTerm),
      readText(led),
      readText(givenUp),
      isThere(regroup),
      readText(connectedWith),
    ]);
    return {
      provisioning: step === undefined ? undefined : parseProvisioning(step),
      isDataLost,
      knownTerm: termIn((known ?? "").trim()),
      ledIn: numberIn(ledIn),
      givenUp: (members ?? "").split("\n").filter((line) => line !== ""),
      isToRegroup,
      connectedWith: connectionOf(mark?.trim(), replicationPassword),
    };
  }

  /** Whether the node has joined its group, and has not recorded yet with which password. */
  isJoining(): Promise<boolean> {
    return isThere(this.#paths.joinsWith);
  }

  async setProvisioning(mark: Provisioning | undefined): Promise<void> {
    if (mark === undefined) await removeFile(this.#paths.provisioning);
    else await replaceText(this.#paths.provisioning, provisioningText(mark));
  }

  async setDataLost(isLost: boolean): Promise<void> {
    if (isLost) await replaceText(this.#paths.dataLost, "");
    else if (await isThere(this.#paths.dataLost)) await removeFile(this.#paths.dataLost);
  }

  async setKnownTerm({ number, promoted }: Term): Promise<void> {
    await replaceText(this.#paths.knownTerm, `${number} ${promoted ?? "-"}\n`);
  }

  /** The node has been open for writes in this term. */
  async setLed(term: number): Promise<void> {
    await replaceText(this.#paths.led, `${term}\n`);
  }

  /** @param password undefined: the node does not replicate, or with a password that is not known */
  async setConnectedWith(password: string | undefined): Promise<void> {
    const { connectedWith, joinsWith } = this.#paths;
    if (password === undefined) {
      await removeFile(connectedWith);
      await removeFile(joinsWith);
    } else {
      await replaceText(connectedWith, `${markOf(password)}\n`);
    }
  }

  /** The password with which the node joins its group, until it is in the group. */
  async setJoinsWith(password: string): Promise<void> {
    await replaceText(this.#paths.joinsWith, `${markOf(password)}\n`);
  }

  /** The group has this node: the decisions of the outage end, and its password is in use. */
  async settleInGroup(): Promise<void> {
    const { givenUp, connectedWith, joinsWith } = this.#paths;
    await removeFile(givenUp);
    await this.setDataLost(false);
    if (await isThere(joinsWith)) await rename(joinsWith, connectedWith);
  }

  async clearRegroup(): Promise<void> {
    await removeFile(this.#paths.regroup);
  }
}

const numberIn = (text: string | undefined) => Number.parseInt(text ?? "0", 10) || 0;

function connectionOf(mark: string | undefined, password: string | undefined): Marks["connectedWith"] {
  if (mark === undefined || mark === "" || password === undefined) return undefined;
  return mark === markOf(password) ? "present" : "former";
}
