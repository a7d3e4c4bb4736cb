import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import type { LookupFunction } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent } from "undici";
import { eventually } from "../../engine/eventually.ts";
import { docker } from "../engine.ts";
import { type Pebble, pebbleMissing, preparePebble } from "../pebble.ts";
import { inspect, stop } from "../project.ts";
import { describeProject, measured, seconds, succeed, unchanged, up } from "../site.ts";
import { type Served, served } from "../tlsClient.ts";

const NAME = "www.foobar.test";

/** An order, and the wait before the request that comes after a failed one. */
const ORDER_SECONDS = 150;

/** Leads every name to this machine. */
const toLoopback: LookupFunction = (_, { all }, done) =>
  all === true ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);

describeProject("a certificate by ACME", (project) => {
  let pebble: Pebble;
  let root: string;
  let caCertificate: string;
  let present: Served;

  before(async function () {
    // A machine without Pebble builds it from its Go module once.
    this.timeout("15m");
    const reason = await pebbleMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
  });

  /** The settings of the load balancer beside those of ACME. */
  const configure = async (more: object = {}) => {
    const [port, statsPort, pairPort, , httpsPort, pairHttpsPort] = project().ports;
    const acme = {
      ...{ email: "admin@foobar.com", acceptTerms: true, directory: pebble.directory, ca: "acme-ca.pem" },
      forwarding: "The test's authority is in the edge network, where the site has port 80.",
    };
    await project().configure({
      "foobar:names": [NAME],
      "foobar:loadBalancer": {
        ...{ port, httpsPort, statsPort, tls: { acme } },
        ...("replicas" in more ? { pair: { port: pairPort, httpsPort: pairHttpsPort } } : {}),
        ...more,
      },
    });
  };

  /** The certificate of a load balancer, for clients that trust an authority. */
  const shown = async (authority: string, index = 0): Promise<Served> => {
    const port = project().ports[4 + index];
    return eventually(() => served(new URL(`https://127.0.0.1:${port}`), NAME, authority), 20);
  };

  const renew = () => commandOf("haproxy-lb1", "acme renew @site/cert");
  const commandOf = async (service: string, command: string) =>
    docker(
      ...["exec", (await inspect(project(), service)).Id, "sh", "-c"],
      `echo '${command}' | socat - UNIX-CONNECT:/run/haproxy/admin.sock`,
    );

  it("is one of the stack's own authority as long as no other authority answers", async () => {
    pebble = await preparePebble(join(project().folder, "pebble"));
    await writeFile(join(project().folder, "acme-ca.pem"), pebble.ca);
    await configure();
    await up(project());
    const outputs = JSON.parse((await project().pulumi(["stack", "output", "--json"])).stdout);
    caCertificate = outputs.caCertificate;
    assert.equal((await shown(caCertificate)).isTrusted, true);
  });

  it("comes when the authority answers, without another up", async () => {
    const start = performance.now();
    const site = project().slot.moved("10.201.0.11");
    await pebble.run({ network: `foobar-${project().stack}-edge`, site, labels: [] });
    root = await pebble.root();
    present = await eventually(async () => {
      const certificate = await shown(root);
      assert.equal(certificate.isTrusted, true, await logsOf("haproxy-lb1"));
      return certificate;
    }, ORDER_SECONDS);
    measured(`acme_issue=${seconds(start)}`);
    await unchanged(project());
  });

  it("is renewed under load without a failed request", async () => {
    const load = visitors();
    await renew();
    const before = present.fingerprint;
    await eventually(async () => {
      present = await shown(root);
      assert.notEqual(present.fingerprint, before);
    }, ORDER_SECONDS);
    await sleep(2_000);
    const { requests, failures } = await load.stop();
    measured(`acme_renew requests=${requests} failed=${failures.length}`);
    assert.deepEqual(failures, []);
  });

  const visitors = () => {
    const options = { connect: { ca: root, lookup: toLoopback }, connections: 4 };
    const kept = new Agent(options);
    const port = project().ports[4];
    const failures: string[] = [];
    let requests = 0;
    let isOver = false;
    const visit = async (keeps: boolean) => {
      while (!isOver) {
        const agent = keeps ? kept : new Agent(options);
        requests += 1;
        await agent
          .request({ origin: `https://${NAME}:${port}`, path: "/version", method: "GET" })
          .then(async ({ statusCode, body }) => {
            await body.dump();
            if (statusCode !== 200) failures.push(`status ${statusCode}`);
          })
          .catch((error: Error) => failures.push(error.message));
        if (!keeps) await agent.close();
        await sleep(10);
      }
    };
    const all = Promise.all([visit(true), visit(true), visit(false), visit(false)]);
    return {
      async stop() {
        isOver = true;
        await all;
        await kept.close();
        return { requests, failures };
      },
    };
  };

  const logsOf = async (service: string) => docker("logs", (await inspect(project(), service)).Id);
  const fingerprint = async (index = 0) => (await shown(root, index)).fingerprint;
  const kept = async () => {
    await eventually(async () => {
      const { Id } = await inspect(project(), "haproxy-lb1");
      assert.match(
        await docker("exec", Id, "head", "-n1", "/var/lib/haproxy/site.pem"),
        new RegExp(present.fingerprint),
      );
    }, 20);
  };

  it("is in service after a restart, in a new HAProxy, and in the fallback", async () => {
    await kept();
    await docker("restart", (await inspect(project(), "haproxy-lb1")).Id);
    assert.equal(await fingerprint(), present.fingerprint);
    const before = (await inspect(project(), "haproxy-lb1")).Id;
    await configure({ health: { fall: 3 } });
    await up(project());
    assert.notEqual((await inspect(project(), "haproxy-lb1")).Id, before);
    assert.equal(await fingerprint(), present.fingerprint);
    const start = await stop(project(), "haproxy-lb1");
    assert.equal(await fingerprint(), present.fingerprint);
    await start();
  });

  it("is one for each of a pair, with one account", async () => {
    await configure({ replicas: 2 });
    await up(project());
    const second = await eventually(async () => {
      const certificate = await shown(root, 1);
      assert.equal(certificate.isTrusted, true, await logsOf("haproxy-lb2"));
      return certificate;
    }, ORDER_SECONDS);
    assert.notEqual(second.fingerprint, present.fingerprint);
    assert.equal(await fingerprint(), present.fingerprint);
  });

  it("stays in service while the authority does not answer", async () => {
    await pebble.stop();
    await renew();
    await eventually(
      async () => assert.match(await logsOf("haproxy-lb1"), /503 when getting directory URL.*\(2\/5 retries\)/),
      60,
    );
    assert.deepEqual(await shown(root), present);
  });

  it("outlives down", async () => {
    await succeed(project(), "down", ...["--yes", "--skip-preview"]);
    await configure();
    await up(project());
    assert.deepEqual(await shown(root), present);
  });
});
