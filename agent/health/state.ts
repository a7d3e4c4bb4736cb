import { utimes, writeFile } from "node:fs/promises";
import { readText } from "../files/storing.ts";
import type { State } from "../vocabulary.ts";

/** A state as health, commands and people read it; its first word tells what the node does. */
export function stateText({ word, text }: State): string {
  if (text === "") return word;
  switch (word) {
    case "primary":
    case "member":
      return `${word}, ${text}`;
    case "replica":
      return `${word} ${text}`;
    default:
      return `${word}: ${text}`;
  }
}

/** A state without what changes while the same work goes on: sets of transactions, and numbers. */
export function kindOf(text: string): string {
  return text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}:[0-9a-f:,-]+/g, "…").replace(/\d+(\.\d+)?( (bytes|[KMGT]iB))?/g, "…");
}

/** Seconds between two log lines of work that goes on. */
const PROGRESS_PAUSE = 30;

/** The file with the state of a node. Its age tells health when the server answered last. */
export class StateFile {
  readonly #path: string;
  readonly #say: (text: string) => void;
  /** Seconds. */
  readonly #now: () => number;
  #said: { readonly kind: string; readonly at: number } | undefined;

  constructor(path: string, say: (text: string) => void, now: () => number = () => performance.now() / 1000) {
    this.#path = path;
    this.#say = say;
    this.#now = now;
  }

  /** Shows a state: the server answers. It is logged if it has changed, and the progress of the same work now and then. */
  async show(state: State): Promise<void> {
    const text = stateText(state);
    if (!(await this.#write(text))) return;
    const kind = kindOf(text);
    if (this.#said?.kind === kind && isWork(state) && this.#now() - this.#said.at < PROGRESS_PAUSE) return;
    this.#said = { kind, at: this.#now() };
    this.#say(text);
  }

  /** @returns whether the file had another text; start.sh writes it, too */
  async #write(text: string): Promise<boolean> {
    if ((await readText(this.#path))?.trimEnd() === text) {
      const now = new Date();
      await utimes(this.#path, now, now);
      return false;
    }
    await writeFile(this.#path, `${text}\n`);
    return true;
  }
}

function isWork({ word }: State): boolean {
  return word === "starting" || word === "cloning";
}
