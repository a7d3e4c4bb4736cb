import { execute, orderOf } from "../operations/application/exec.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { main } from "../operations/session/terminal.ts";
import { hasProcesses } from "../operations/stack/find.ts";
import { openStack } from "../operations/stack/open.ts";

const USAGE = `npm run exec -- COMMAND              runs a command beside the application's first instance, with its environment
npm run exec -- PROCESS COMMAND      runs it beside a process of application.processes, or in a container such as
                                     app-server2
npm run exec -- --stack NAME -- ls -l   what comes after the second -- is the command's own

  --stack NAME     default: dev`;

/** Runs a command in a container of the application. Exit code: the command's. */
await main(async () => {
  const { stack, rest } = commandLine(process.argv.slice(2));
  const { topology, containers } = await openStack(stack);
  const { service, command } = orderOf(topology, rest[0] === "--" ? rest.slice(1) : rest);
  const found = await containers.find(service);
  if (found === undefined || !hasProcesses(found.state)) {
    throw new Error(`${service} does not run
    cure:      npm run up -- --stack ${stack}`);
  }
  return execute(found.engine, found.container, command, process);
}, USAGE);
