import { Controller } from "./controller/controller.ts";
import { readControllerSettings } from "./controller/settings.ts";
import { failOver } from "./failover.ts";
import { pathsOf } from "./files/paths.ts";
import { readText } from "./files/storing.ts";
import { decisionLines, parseDecisions } from "./health/decisions.ts";
import { reasonOf } from "./reason.ts";
import { runNode } from "./running.ts";
import { readSettings } from "./settings.ts";

/** The settings of a node's agent and of the controller. */
const SETTINGS = "/etc/agent/settings.json";

const USAGE = `node              keeps this node in its place
failover          makes this node the primary, because the present one is lost
why [COUNT]       prints the last decisions of this node's agent
controller        promotes the configured member, and checks whether all are in their places
promote MEMBER    promotes this member now
AGENT_SETTINGS names the file of the settings; default: ${SETTINGS}`;

/** Decisions that are printed unless a number is given. */
const COUNT = 10;

async function main([role, argument]: readonly string[]): Promise<void> {
  const file = process.env["AGENT_SETTINGS"] ?? SETTINGS;
  switch (role) {
    case "node":
      return runNode(await readSettings(file), stopSignal(), saying("agent"));
    case "failover":
      return failOver(await readSettings(file));
    case "why": {
      const { decisions } = pathsOf(await readSettings(file));
      const entries = parseDecisions((await readText(decisions)) ?? "");
      console.log(decisionLines(entries, Number(argument ?? COUNT)).join("\n"));
      return;
    }
    case "controller":
    case "promote": {
      const controller = new Controller(await readControllerSettings(file), once(saying("controller")));
      await (role === "promote" && argument !== undefined
        ? controller.promote(argument)
        : controller.work(stopSignal()));
      return controller.close();
    }
    default:
      throw new Error(`it is one of these:\n${USAGE}`);
  }
}

/** As the first process of a container it has no default handlers: an unhandled signal would do nothing at all. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stopping.abort());
  return stopping.signal;
}

function saying(who: string): (text: string) => void {
  return (text) => console.log(`${who}: ${text.replaceAll("\n", "; ")}`);
}

/** Leaves out a line that was the last one. */
function once(say: (text: string) => void): (text: string) => void {
  let said: string | undefined;
  return (text) => {
    if (text !== said) say(text);
    said = text;
  };
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(reasonOf(error));
    process.exit(1);
  },
);
