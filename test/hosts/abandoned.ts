import { createTestStack } from "../stacks.ts";
import { startHosts } from "./hosts.ts";

/** A test run that will be killed: it has started a machine beside this one. */
const stack = await createTestStack();
await startHosts({ ...stack, names: ["lost"] });
console.log(JSON.stringify({ folder: stack.folder, link: stack.slot.hosts.link }));
setInterval(() => {}, 1_000);
