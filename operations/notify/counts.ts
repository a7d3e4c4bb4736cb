/** What Alertmanager has sent by a receiver since it started. */
export interface Sent {
  /** Requests that the receiver has taken. One to a mail server for each address. */
  readonly taken: number;
  /** Notifications that it has given up. */
  readonly givenUp: number;
}

const NONE: Sent = { taken: 0, givenUp: 0 };

/** Counts, from Alertmanager's own figures, what each receiver has taken. */
export function sentBy(figures: string): (receiver: string) => Sent {
  const sums = new Map<string, Sent>();
  for (const line of figures.split("\n")) {
    const [, name = "", labels = "", value = ""] = /^(\w+)\{([^}]*)\} (\S+)$/.exec(line) ?? [];
    const receiver = /\breceiver_name="([^"]*)"/.exec(labels)?.[1];
    if (receiver === undefined) continue;
    const sum = sums.get(receiver) ?? NONE;
    const count = Number(value);
    if (name === "alertmanager_notification_requests_total") sums.set(receiver, { ...sum, taken: sum.taken + count });
    if (name === "alertmanager_notification_requests_failed_total")
      sums.set(receiver, { ...sum, taken: sum.taken - count });
    if (name === "alertmanager_notifications_failed_total")
      sums.set(receiver, { ...sum, givenUp: sum.givenUp + count });
  }
  return (receiver) => sums.get(receiver) ?? NONE;
}

/** The reason that Alertmanager's log names last for a receiver; undefined: none. */
export function reasonOf(receiver: string, log: string): string | undefined {
  return log
    .split("\n")
    .flatMap((line) => reasonsIn(receiver, line))
    .at(-1);
}

/** An attempt that is repeated has a line of its own. Those that end a notification have one together. */
function reasonsIn(receiver: string, line: string): string[] {
  const text = /\berr="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
  if (text === undefined) return [];
  const reasons = text.replace(/\\(.)/g, (_, one: string) => (one === "n" ? "\n" : one));
  if (line.includes(` receiver=${receiver} `)) return [reasons];
  return [
    ...reasons.matchAll(/^([\w-]+)\/\w+\[\d+\]: (?:notify retry canceled .*?after \d+ attempts: )?(.*)$/gm),
  ].flatMap(([, name, reason = ""]) => (name === receiver ? [reason] : []));
}
