import { flushCompileCache } from "node:module";
import { PolicyPack } from "@pulumi/policy";
import { receiveConfiguration } from "./configuration.ts";
import { policies } from "./policies.ts";

new PolicyPack("foobar", { enforcementLevel: "mandatory", policies: policies(receiveConfiguration()) });

// Node.js keeps compiled code when a process ends by itself, and the CLI kills this one. The next run starts faster.
flushCompileCache();
