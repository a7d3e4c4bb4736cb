import { enableCompileCache } from "node:module";
import { PolicyPack } from "@pulumi/policy";
import { receiveConfiguration } from "./configuration.ts";
import { policies } from "./policies.ts";

enableCompileCache();

new PolicyPack("foobar", { enforcementLevel: "mandatory", policies: policies(receiveConfiguration()) });
