import { areSeveral, type DockerDefault } from "../endpoints.ts";
import { hostSettings } from "../hosts.ts";
import type { Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";
import { isSet, judged } from "../wellFormed.ts";

/** Rules for the log store: an engine sends its lines to one address, which is on its own machine. */
export function logsChecks(settings: Settings, docker: DockerDefault): Problem[] {
  return judged(
    () => oneTarget(settings.logs),
    () => onOneMachine(settings, docker),
  );
}

function oneTarget(logs: Settings["logs"]): Problem[] {
  if (!isSet(() => logs.store) || !isSet(() => logs.syslog)) return [];
  return [
    {
      path: ["logs", "store"],
      complaint: "is set together with logs.syslog, and an engine sends its lines to one target",
      allowed: "logs.store, which keeps them in this stack, or logs.syslog, which sends them to a server of yours",
      cure: "remove logs.store or logs.syslog",
    },
  ];
}

function onOneMachine(settings: Settings, docker: DockerDefault): Problem[] {
  const isAlone = !isSet(() => settings.logs.syslog);
  if (!isSet(() => settings.logs.store) || !areSeveral(hostSettings(settings, docker))) return [];
  return [
    {
      path: ["logs", "store"],
      complaint: "is set, and on several machines the engines of the others do not reach the store",
      allowed:
        "the engines of a stack on one machine; those of several send their lines to a log server by logs.syslog",
      cure: `remove logs.store${isAlone ? ", and set logs.syslog to the address of a log server" : ""}`,
    },
  ];
}
