import assert from "node:assert/strict";
import { drainingFile } from "../../components/webTier/locations.ts";
import { nginxConfig } from "../../components/webTier/nginxConfig.ts";
import { devConfig } from "../devConfig.ts";
import { type Deployment, deployConfig, ofType, services } from "../harness.ts";
import { plan } from "../topologies.ts";

describe("an application of one's own, against mocks", () => {
  let own: Deployment;

  before(async () => {
    own = await deployConfig(devConfig({ "foobar:application": { image: "registry.foobar.com/shop:1" } }));
  });

  /** The containers that are put into the rotation after their creation, and the marks that they wait for. */
  const drained = (deployment: Deployment) =>
    services(deployment).flatMap(({ name, dependsOn, options: { hooks } }) =>
      hooks?.afterCreate === undefined ? [] : [[name, ...dependsOn.filter((one) => one.endsWith("-drained"))]],
    );

  it("is out of the rotation before an instance is stopped, and back after its successor's start", async () => {
    assert.deepEqual(drained(own), [
      ["app-server1", "app-server1-drained"],
      ["app-server2", "app-server2-drained"],
    ]);
    // The second instance leaves the rotation when the first one is back.
    const marks = ofType(own, "RandomId").filter(({ name }) => name.endsWith("-drained"));
    assert.deepEqual(
      marks.map(({ options: { hooks } }) => hooks?.beforeCreate?.length),
      [1, 1],
    );
    assert.ok(marks[1]?.dependsOn.includes("probe-server1"));
    // The sample application drains itself.
    assert.deepEqual(drained(await deployConfig(devConfig())), []);
  });

  it("has no hook before a deletion, which npm run down could not run", () => {
    assert.ok(own.resources.every(({ options: { hooks } }) => hooks?.beforeDelete === undefined));
  });

  it("is not ready by its web servers' answer meanwhile, each instance by its own file", () => {
    const [web] = plan({}).web;
    assert.ok(web !== undefined);
    const config = nginxConfig(web, undefined);
    assert.ok(config.includes(`if (-f ${drainingFile("$application")})`));
    assert.match(config, new RegExp(`${web.listeners[0]?.port} server1;`));
    assert.notEqual(drainingFile("server1"), drainingFile("server2"));
  });
});
