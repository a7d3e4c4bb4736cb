import assert from "node:assert/strict";
import { drainingFile } from "../../components/webTier/locations.ts";
import { nginxConfig } from "../../components/webTier/nginxConfig.ts";
import { devConfig } from "../devConfig.ts";
import { type Deployment, deployConfig, services } from "../harness.ts";
import { plan } from "../topologies.ts";

describe("an application of one's own, against mocks", () => {
  let own: Deployment;

  before(async () => {
    own = await deployConfig(devConfig({ "foobar:application": { image: "registry.foobar.com/shop:1" } }));
  });

  const hooked = (deployment: Deployment) =>
    services(deployment).flatMap(({ name, options: { hooks } }) =>
      hooks === undefined ? [] : [[name, hooks.beforeDelete?.length, hooks.afterCreate?.length]],
    );

  it("is out of the rotation before an instance is stopped, and back after its successor's start", async () => {
    assert.deepEqual(hooked(own), [
      ["app-server1", 1, 1],
      ["app-server2", 1, 1],
    ]);
    // The sample application drains itself.
    assert.deepEqual(hooked(await deployConfig(devConfig())), []);
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
