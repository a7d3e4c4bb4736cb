import { spawn } from "node:child_process";
import { docker } from "./engine.ts";
import { createTestStack } from "./stacks.ts";

/** A test run that will be killed: it makes a stack with a network, and a command that outlives the run. */
const { name, slot, labels } = await createTestStack();
await docker("network", "create", ...labels, `--subnet=${slot.prefix(0)}.0/24`, name);
const command = ["-e", "setInterval(() => {}, 1000)", "--", "--stack", name];
const { pid } = spawn(process.execPath, command, { detached: true, stdio: "ignore" });
console.log(JSON.stringify({ name, pid }));
setInterval(() => {}, 1_000);
