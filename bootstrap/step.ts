/** What a step hands to the commands that run after it. */
export interface Provision {
  /** One line for people: what is used, and where it comes from ("Docker Engine 27.5 at unix:///var/run/docker.sock"). */
  readonly summary: string;
  /** Environment that later commands need, PATH excepted. */
  readonly env?: Readonly<Record<string, string>>;
  /** Directories to put before the others on PATH. */
  readonly path?: readonly string[];
}

/** Tells the user what is being done and why, while it is being done. */
export type Report = (line: string) => void;

/**
 * One thing that the stack needs from the machine. `find` looks for what is already there and changes nothing;
 * only where it finds nothing is `provide` called. Both may be repeated and interrupted at any point.
 */
export interface Step {
  readonly name: string;
  /** Why the stack needs it: one line, shown by `doctor` and before `provide` works. */
  readonly why: string;
  find(): Promise<Provision | undefined>;
  provide(report: Report): Promise<Provision>;
  /** Takes back what `provide` made and leaves what the machine had; returns one line saying what was done. */
  undo(): Promise<string>;
}
