import assert from "node:assert/strict";
import { delimiter } from "node:path";
import type Docker from "dockerode";
import { keepalivedImageOf } from "../../components/loadBalancer/keepalived/image.ts";
import { parseConfig } from "../../config/config.ts";
import { eventually } from "../../engine/eventually.ts";
import { PURPOSE_LABEL } from "../../engine/labels.ts";
import { hostsMissing, startHosts, type TestHosts } from "../hosts/hosts.ts";
import { USUAL_IMAGES } from "../images.ts";
import { createProject, type TestProject } from "../project.ts";
import { measured } from "../site.ts";
import { createTestStack, type TestStack } from "../stacks.ts";

const { images: IMAGES } = parseConfig("foobar", "dev", {});
const NAMES = ["lb1", "server1", "server2"] as const;
/** Seconds in which the swarm sees that a machine is there again. */
const AGAIN_SECONDS = 60;

describe("the commands for several machines", function () {
  this.timeout("4m");
  let claimed: TestStack;
  let project: TestProject;
  let hosts: TestHosts;
  const path = process.env["PATH"];

  before(async function () {
    const reason = await hostsMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    claimed = await createTestStack();
    hosts = await startHosts({ ...claimed, names: NAMES, images: USUAL_IMAGES });
    process.env["PATH"] = `${hosts.path}${delimiter}${path}`;
    project = await createProject();
    await configure();
  });
  after(async () => {
    process.env["PATH"] = path;
    await hosts?.stop();
    await project?.remove();
    await claimed?.remove();
  });

  /** A load balancer with the group's arbiter, and two servers, each on a machine of its own. */
  const configure = (networks: object = {}) => {
    const endpoint = (name: string) => hosts.host(name).endpoint;
    return project.configure({
      "foobar:loadBalancer": { endpoint: endpoint("lb1"), address: "0.0.0.0" },
      "foobar:servers": ["server1", "server2"].map((name) => ({
        name,
        roles: ["web", "app", "db"],
        endpoint: endpoint(name),
      })),
      "foobar:mysql": { replication: "group" },
      "foobar:networks": { range: project.slot.range, ...networks },
    });
  };
  /** A command with the `ssh` of the tests, and the seconds that it took. */
  const command = async (...args: string[]) => {
    const start = performance.now();
    const { exitCode, output } = await project.npm("hosts", args);
    measured(`hosts=${args.join("-")} seconds=${((performance.now() - start) / 1_000).toFixed(1)}`);
    return { exitCode, output };
  };
  const well = async (...args: string[]) => {
    const { exitCode, output } = await command(...args);
    assert.equal(exitCode, 0, output);
    return output;
  };
  const unwell = async (...args: string[]) => {
    const { exitCode, output } = await command(...args);
    assert.equal(exitCode, 1, output);
    return output;
  };
  const everywhere = <T>(work: (engine: Docker) => Promise<T>) =>
    Promise.all(hosts.hosts.map(({ engine }) => work(engine)));
  /** The number of containers and networks that a probe has made. */
  const probes = async () => {
    const filters = { label: [`${PURPOSE_LABEL}=probe`] };
    const found = await everywhere(async (engine) => [
      ...(await engine.listContainers({ all: true, filters })),
      ...(await engine.listNetworks({ filters })),
    ]);
    return found.flat().length;
  };
  /** The other managers learn a moment later that a network is gone. */
  const untilRemoved = () => eventually(async () => assert.equal(await probes(), 0), 10);

  it("say that the machines are in no swarm, and which commands make one", async () => {
    const missing = await unwell("check");
    assert.equal(
      missing.match(/ missing .*in no swarm \(inactive\); cure: npm run hosts -- --stack \S+ swarm/g)?.length,
      3,
    );
    const { address } = hosts.host("server1");
    const printed = await well("swarm");
    assert.match(
      printed,
      new RegExp(`swarm join --token .* --advertise-addr ${address} --listen-addr ${address}:2377`),
    );
    assert.equal(printed.match(/join-token --quiet manager/g)?.length, 2);
    assert.doesNotMatch(printed, /SWMTKN/);
  });

  it("make a swarm of three managers from nothing, and leave it as it is the next time", async () => {
    assert.doesNotMatch(await well("swarm", "--yes"), /SWMTKN/);
    const nodes: readonly { readonly ManagerStatus?: object }[] = await hosts.host("lb1").engine.listNodes();
    assert.deepEqual(
      nodes.map(({ ManagerStatus }) => ManagerStatus !== undefined),
      [true, true, true],
    );
    assert.match(await well("swarm", "--yes"), /nothing was to do/);
    assert.doesNotMatch(await well("check"), / missing /);
  });

  it("send packets between all machines, and leave nothing of that behind", async () => {
    const output = await well("check", "--probe");
    for (const name of ["lb1/arbiter", "server1", "server2"]) {
      assert.match(output, new RegExp(`^${name} +ok +it reaches .*with large answers$`, "m"));
    }
    await untilRemoved();
  });

  it("remove the probe when they are interrupted", async () => {
    const running = project.start("hosts", ["check", "--probe"]);
    await running.seen(/sending packets/);
    await eventually(async () => assert.ok((await probes()) > 1), 20);
    await running.signal("SIGINT");
    const { output } = await running.ended;
    assert.match(output, /interrupted; the probe is removed/);
    await untilRemoved();
  });

  it("name ESP if encrypted packets do not arrive, as on a kernel without it", async function () {
    const restore = await configure({ encrypted: true });
    try {
      const { exitCode, output } = await command("check", "--probe");
      if (exitCode === 0) this.skip();
      assert.match(output, /^server1 +missing +it does not reach server2; .*ESP.*rfc4106\(gcm\(aes\)\)/m);
      await untilRemoved();
    } finally {
      await restore();
    }
  });

  it("copy images to a machine that lacks them, and no others", async () => {
    const { engine } = hosts.host("server2");
    await engine.getImage(IMAGES.nginx).remove();
    // By an up it would be copied, too.
    const lacking = new RegExp(
      `^server2 +warning +no registry gives it ${IMAGES.nginx}: by an up .* is copied from`,
      "m",
    );
    assert.match(await well("check"), lacking);
    assert.match(await unwell("images"), /nothing was copied/);
    await well("images", "--yes");
    const [here, there] = await Promise.all(
      [hosts.host("server1").engine, engine].map((one) => one.getImage(IMAGES.nginx).inspect()),
    );
    assert.equal(here?.Id, there?.Id);
    assert.match(await well("images"), /every machine has its images/);
  });

  it("build keepalived's image once, and copy it to both machines of a pair", async () => {
    const [lb1, server1] = [hosts.host("lb1"), hosts.host("server1")];
    const restore = await project.configure({
      "foobar:loadBalancer": {
        endpoint: lb1.endpoint,
        address: "0.0.0.0",
        replicas: 2,
        pair: { endpoint: server1.endpoint, virtualAddresses: [hosts.lan.address(100)] },
      },
    });
    try {
      const { name } = keepalivedImageOf(IMAGES.namespace, true);
      await well("images", "--yes");
      const ids = await Promise.all([lb1, server1].map(({ engine }) => engine.getImage(name).inspect()));
      assert.equal(ids[0]?.Id, ids[1]?.Id);
      await assert.rejects(hosts.host("server2").engine.getImage(name).inspect(), /No such image/);
    } finally {
      await restore();
    }
  });

  it("name a machine that is off, and one with another key than before", async () => {
    await hosts.off("server2");
    assert.match(await unwell("check"), /^server2 +missing +servers\[1\]\.endpoint is ssh:.*no Docker Engine answers/m);
    await hosts.on("server2");
    await hosts.mistake("server1", true);
    try {
      // A login that was made a moment ago is still used.
      await eventually(
        async () =>
          assert.match(await unwell("check"), /^server1 +missing .*REMOTE HOST IDENTIFICATION.*ssh-keygen -R/m),
        AGAIN_SECONDS,
      );
    } finally {
      await hosts.mistake("server1", false);
    }
    await eventually(async () => assert.doesNotMatch(await well("check"), / is down/), AGAIN_SECONDS);
  });

  it("refuse a machine of another swarm, which stays in it", async () => {
    const { engine, address } = hosts.host("server2");
    await engine.swarmLeave({ force: true });
    await engine.swarmInit({ AdvertiseAddr: address, ListenAddr: `${address}:2377`, DataPathAddr: address });
    const { Swarm: before } = await engine.info();
    assert.match(await unwell("check"), /^server2 +missing .*in another swarm/m);
    assert.match(await unwell("swarm", "--yes"), /refused: server2 is in another swarm; cure: .*swarm leave --force/);
    assert.equal((await engine.info()).Swarm.NodeID, before.NodeID);
    await engine.swarmLeave({ force: true });
    assert.match(await well("swarm", "--yes"), /server2 has joined it as a manager/);
  });
});
