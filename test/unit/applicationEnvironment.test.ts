import assert from "node:assert/strict";
import { environment, withValues } from "../../components/appTier/environment.ts";
import { STACK_VARIABLES } from "../../config/applicationVariables.ts";
import { plan } from "../topologies.ts";

const { applications, processes } = plan({
  "foobar:application": JSON.stringify({ image: "shop:1", port: 8000, processes: { worker: { command: ["work"] } } }),
});
const [instance] = applications;
const [worker] = processes;
assert.ok(instance !== undefined && worker !== undefined);

describe("the environment of an application", () => {
  it("has values in the places of names, and $ for $$", () => {
    const values = { A: "1", B: "$A" };
    // biome-ignore lint/suspicious/noTemplateCurlyInString: these braces are the user's.
    assert.equal(withValues("${A}-${B}-$${A}-$$$A-$A", values), "1-$A-${A}-$$A-$A");
    // biome-ignore lint/suspicious/noTemplateCurlyInString: these braces are the user's.
    assert.equal(withValues("${C}", values), "${C}");
  });

  it("has every variable that a text may refer to", () => {
    const names = new Set([instance, worker].flatMap((one) => Object.keys(environment(one, "r", {}))));
    assert.deepEqual(
      [...STACK_VARIABLES].filter((name) => !names.has(name)),
      [],
    );
  });

  it("names the database by its parts, and takes the user's variables", () => {
    const {
      DATABASE_HOST: host,
      DATABASE_PORT: port,
      DATABASE_WRITE_HOST: both,
      PORT: own,
      DSN: dsn,
    } = environment(instance, "r", {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: these braces are the user's.
      DSN: "${DATABASE_HOST}:${DATABASE_PORT}/${DATABASE_NAME}",
      HOST: "0.0.0.0",
    });
    assert.equal(both, `${host}:${port}`);
    assert.equal(dsn, `${both}/foobar`);
    assert.equal(own, "8000");
  });

  it("lets the user say at which address it listens", () => {
    assert.equal(environment(instance, "r", { HOST: "0.0.0.0" })["HOST"], "0.0.0.0");
    assert.equal(environment(instance, "r", {})["HOST"], instance.listenAddress);
  });
});
