/** The result of a step, for the commands that run after it. */
export interface Provision {
  /** One line for people about the part and its origin: "Docker Engine 27.5 at unix:///var/run/docker.sock". */
  readonly summary: string;
  /** Environment that later commands need, PATH excepted. */
  readonly env?: Readonly<Record<string, string>>;
  /** Directories to put before the others on PATH. */
  readonly path?: readonly string[];
}

/** Tells the user about progress: the present action and its reason. */
export type Report = (line: string) => void;

/**
 * A part that the stack needs from the machine. `find` looks for an existing one and changes nothing; `provide` is
 * called only if it finds none. Both may be repeated and interrupted at any point.
 */
export interface Step {
  readonly name: string;
  /** The reason why the stack needs it: one line, which `doctor` shows, and which precedes `provide`. */
  readonly why: string;
  find(): Promise<Provision | undefined>;
  provide(report: Report): Promise<Provision>;
  /**
   * Removes the products of `provide` and leaves the machine's own parts; returns one line that says what was removed.
   */
  undo(): Promise<string>;
}
