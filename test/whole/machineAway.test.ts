import assert from "node:assert/strict";
import { schema } from "../../config/schema.ts";
import { describeMachines, onThree } from "../hosts/site.ts";
import { measured, seconds, unchanged, up } from "../site.ts";

const { nginx } = schema.shape.images.parse(undefined);

describeMachines("a stack on three machines, one of which is away", (project, hosts) => {
  const answers = async () => {
    const response = await fetch(`http://${hosts().host("lb").address}/api/messages`, {
      signal: AbortSignal.timeout(10_000),
    });
    assert.equal(response.status, 200);
  };
  const services = async (name: string) => (await hosts().host(name).engine.listContainers()).length;

  it("is up, although one machine lacked an image, and loses its power", async () => {
    await project().configure(onThree(hosts()));
    await hosts().host("server2").engine.getImage(nginx).remove();
    assert.match(await up(project()), new RegExp(`${nginx} is copied from \\S+ to the engine at`));
    await hosts().off("server2");
    await project().configure({ "foobar:web": { maxBodyMb: 3 } });
  });

  it("is neither refreshed nor changed without being told so, and says how", async () => {
    const refreshed = await project().npm("up", ["--yes", "--skip-preview", "--refresh"]);
    assert.notEqual(refreshed.exitCode, 0);
    assert.match(refreshed.output, /a refresh would forget networks that are there[\s\S]*--without server2/);
    const { exitCode, output } = await project().npm("up", ["--yes", "--skip-preview", "--without", "server9"]);
    assert.notEqual(exitCode, 0);
    assert.match(output, /server9 is no host of the stack\n +allowed: +lb1, server1, server2, arbiter/);
  });

  it("releases to the others alone", async () => {
    const start = performance.now();
    await up(project(), "--without", "server2");
    measured(`machines=3 without=${seconds(start)}`);
    await answers();
  });

  it("is whole again by one up, when the machine is back", async () => {
    await hosts().on("server2");
    await up(project());
    await unchanged(project());
    assert.equal(await services("server2"), 4);
  });
});
