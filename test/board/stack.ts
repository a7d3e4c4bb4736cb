import { boardFacts } from "../../components/monitoring/board/boardFacts.ts";
import type { BoardFacts } from "../../components/monitoring/board/facts.ts";
import type { StackSettings } from "../examples.ts";
import { monitored } from "../monitoring/subject.ts";

/** A stack of which a board has all to say: a pair, a group with an arbiter, backups. */
export const WHOLE: StackSettings = {
  "foobar:loadBalancer": { replicas: 2 },
  "foobar:mysql": { replication: "group", backup: {} },
  "foobar:monitoring": { enabled: true },
};

/** The stack of the committed configuration, watched. */
export const SMALL: StackSettings = { "foobar:monitoring": { enabled: true } };

export function factsOf(settings: StackSettings): BoardFacts {
  return boardFacts(monitored(settings).plan, "test");
}
