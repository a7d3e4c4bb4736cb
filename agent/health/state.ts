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

/** Seconds between two log lines of work that goes on. */
const PROGRESS_PAUSE = 30;

/** The file with the state of a node. Its age tells health when the server answered last. */
export class StateFile {
  readonly #path: string;
  readonly #say: (text: string) => void;
  /** Seconds. */
  readonly #now: () => number;
  #nextProgress = 0;

  constructor(path: string, say: (text: string) => void, now: () => number = () => performance.now() / 1000) {
    this.#path = path;
    this.#say = say;
    this.#now = now;
  }

  /** Shows a state: the server answers. It is logged if it has changed. */
  async show(state: State): Promise<void> {
    if (await this.#write(stateText(state))) this.#say(stateText(state));
  }

  /** Shows how far work is that goes on. It is logged now and then. */
  async progress(state: State): Promise<void> {
    const isNew = await this.#write(stateText(state));
    if (!isNew || this.#now() < this.#nextProgress) return;
    this.#nextProgress = this.#now() + PROGRESS_PAUSE;
    this.#say(stateText(state));
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
