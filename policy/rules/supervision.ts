import { applicationOf, type Context, isProgramAlone } from "../context.ts";
import { ofServices, type Rule } from "../rule.ts";

export const resourceLimits: Rule = {
  cure: "Set memory and memorySwap to the same number of MB, cpus, and ulimits for core (0) and nofile, as components/service.ts does.",
  resource: ofServices(({ memory, memorySwap, cpus, ulimits }, name) => [
    !(memory > 0) && `${name} has no limit of memory.`,
    memory > 0 && memorySwap !== memory && `${name} may swap beyond its limit of memory.`,
    !(Number(cpus) > 0) && `${name} has no limit of CPU.`,
    !ulimits.some((one) => one.name === "nofile" && one.hard > 0) && `${name} has no limit of open files.`,
    !ulimits.some((one) => one.name === "core" && one.hard === 0) &&
      `${name} may write core dumps, which hold secrets.`,
  ]),
};

/** Whether it is an application that another container asks, or a process without a port that nobody could ask. */
function isCheckedOutside(context: Context, name: string): boolean {
  const plan = applicationOf(context, name);
  return plan !== undefined && (!("probe" in plan) || plan.probe !== undefined);
}

/** Logs have a limit on the engine, and a log server that is away holds up no container. */
function logProblems(driver: string, options: Readonly<Record<string, string>>, name: string): (string | false)[] {
  const grows = (...keys: string[]) => !keys.every((key) => options[key]) && `The logs of ${name} grow without limit.`;
  if (driver === "json-file" || driver === "local") return [grows("max-size", "max-file")];
  if (driver !== "syslog") return [`${name} has no log driver with a limit.`, grows("max-size", "max-file")];
  return [
    grows("cache-max-size", "cache-max-file"),
    !(options["syslog-address"]?.startsWith("udp:") && options["mode"] === "non-blocking") &&
      `${name} would not start, or would wait, while its log server is away.`,
  ];
}

/** Checks that never fail. */
const SUCCEEDS = /^(\/(usr\/)?bin\/)?(true|:|echo\b.*|exit 0)$/;

export const supervisedServices: Rule = {
  cure: 'Give it a healthcheck that can fail, restart: "unless-stopped", and logOpts with max-size and max-file for the logDriver "json-file", or for "syslog" an address of UDP, the mode non-blocking, cache-max-size and cache-max-file.',
  resource: ofServices(({ restart, healthcheck: { tests }, logDriver, logOpts }, name, context) => {
    const [kind, ...words] = tests;
    const isChecked = (kind === "CMD" || kind === "CMD-SHELL") && words.length > 0 && !SUCCEEDS.test(words.join(" "));
    return [
      restart !== "unless-stopped" && restart !== "always" && `The engine does not restart ${name}.`,
      !isChecked &&
        !isCheckedOutside(context, name) &&
        !isProgramAlone(context, name) &&
        `${name} has no health check.`,
      ...logProblems(logDriver, logOpts, name),
    ];
  }),
};
