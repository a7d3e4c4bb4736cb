import { programMissing } from "./programs.ts";
import { SECRETS } from "./services.ts";
import { createNotifyStage, type NotifyStage } from "./stage.ts";

/** What a receiver has got: its text as people read it, and when. */
export interface Told {
  readonly receiver: string;
  readonly text: string;
  readonly isOver: boolean;
  readonly at: number;
}

/** Each address, the receiver that has it, and the only secrets that it gets. */
export const PLACES: Readonly<Record<string, { readonly receiver: string; readonly secrets: readonly string[] }>> = {
  [`/hook/${SECRETS.hook}`]: { receiver: "webhook", secrets: [SECRETS.hook, SECRETS.hookToken] },
  [`/services/${SECRETS.slack}`]: { receiver: "slack", secrets: [SECRETS.slack] },
  "/": { receiver: "ntfy", secrets: [SECRETS.ntfy] },
  [`/bot${SECRETS.telegram}/sendMessage`]: { receiver: "telegram", secrets: [SECRETS.telegram] },
  "/v2/enqueue": { receiver: "pagerduty", secrets: [SECRETS.pagerduty] },
  [`/ping/${SECRETS.watchdog}`]: { receiver: "watchdog", secrets: [SECRETS.watchdog] },
};

/**
 * Describes a suite with a stage of notifications. Where its programs are not there, the suite is skipped, and says so.
 * @param limit the time that each of its tests may take
 */
export function describeNotified(title: string, body: (stage: () => NotifyStage) => void, limit = "2m"): void {
  describe(title, function () {
    this.timeout(limit);
    let created: NotifyStage | undefined;

    before(async function () {
      const reason = await programMissing("alertmanager", "prometheus");
      if (reason !== undefined) {
        console.log(`      SKIPPED: ${reason}`);
        this.skip();
      }
      created = await createNotifyStage();
    });
    after(() => created?.remove());

    body(() => {
      if (created === undefined) throw new Error("there is no stage yet");
      return created;
    });
  });
}

/** Everything that was told, and taken. */
export function toldAt({ mail, services }: NotifyStage): Told[] {
  return [
    ...mail.mails.map(({ subject, text, at }) => ({
      receiver: "email",
      text: `${subject}\n${text}`,
      isOver: subject.startsWith("RESOLVED"),
      at,
    })),
    ...services.calls
      .filter(({ status }) => status >= 200 && status < 300)
      .map(({ path, body, at }) => ({
        receiver: PLACES[path]?.receiver ?? `nobody at ${path}`,
        text: body,
        isOver: /RESOLVED|"status":"resolved"/.test(body),
        at,
      })),
  ];
}

/** The receivers that were told something like that, each once. */
export function receiversTold(stage: NotifyStage, condition: (one: Told) => boolean): string[] {
  const told = toldAt(stage).filter(condition);
  return [...new Set(told.map(({ receiver }) => receiver))].sort();
}
