import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { eventually } from "../../engine/eventually.ts";
import { engineMissing } from "../engine.ts";
import { type Balancer, createHaproxyStage, type HaproxyStage, STAGE_AUTHORITY } from "../haproxyStage.ts";
import { ask, askByHttp2, handshake } from "../secureRequest.ts";

const NAMES = ["www.foobar.com", "*.shop.foobar.com"];

/** The status line and the headers of the answer to a raw request, which ends the connection. */
async function raw(url: string, ...lines: string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, "connect");
  socket.end(`${lines.join("\r\n")}\r\nConnection: close\r\n\r\n`);
  return text(socket);
}

describe("HAProxy with HTTPS", function () {
  this.timeout(90_000);
  let stage: HaproxyStage;
  let balancer: Balancer;
  const secure = (more: { name?: string; host?: string; path?: string } = {}) => ({
    port: balancer.securePort,
    ca: STAGE_AUTHORITY,
    ...more,
  });
  const play = async (loadBalancer: object, names: readonly string[] = []) => {
    balancer = await stage.play("round-robin", { "foobar:loadBalancer": loadBalancer, "foobar:names": names });
  };

  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    stage = await createHaproxyStage(["server1", "server2"]);
  });
  after(() => stage?.remove());

  describe("by default", () => {
    before(() => play({}));

    it("serves the site by HTTP/1.1, by HTTP/2 and by plain HTTP, without HSTS", async () => {
      await eventually(async () => assert.equal((await ask(secure())).status, 200), 20);
      const [one, two] = [await ask(secure()), await askByHttp2(secure())];
      assert.deepEqual([one.status, two.status], [200, 200]);
      assert.equal((await fetch(balancer.url)).status, 200);
      assert.equal(one.headers["strict-transport-security"], undefined);
      assert.equal(one.headers["alt-svc"], undefined);
    });

    it("prefers HTTP/2 and the newest TLS, and refuses what is older than 1.2", async () => {
      const { securePort: port } = balancer;
      const ALPNProtocols = ["h2", "http/1.1"];
      const newest = await handshake({ port, ca: STAGE_AUTHORITY, ALPNProtocols });
      assert.deepEqual(newest, { version: "TLSv1.3", alpnProtocol: "h2" });
      const older = await handshake({ port, ca: STAGE_AUTHORITY, maxVersion: "TLSv1.2" });
      assert.equal(older.version, "TLSv1.2");
      const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
      await assert.rejects(handshake({ port, ca: STAGE_AUTHORITY, ...old }), /version|alert|EPROTO|ECONNRESET/);
    });

    it("tells the application by which scheme a visitor came, whatever the visitor claims", async () => {
      const claimed = { headers: { "x-forwarded-proto": "https" } };
      assert.equal((await fetch(balancer.url, claimed)).headers.get("x-proto"), "http");
      assert.equal((await ask(secure())).headers["x-proto"], "https");
    });
  });

  describe("with names and redirects", () => {
    const TLS = { certificate: "not read here", key: "nor this" };
    before(() => play({ http: "redirect", httpsPort: 9443, affinity: "cookie", tls: TLS }, NAMES));

    it("sends visitors to the published port of HTTPS, with path and query, by 308", async () => {
      const answer = await raw(balancer.url, "POST /a/b?c=d&e=%20f HTTP/1.1", "Host: WWW.foobar.com:8080");
      assert.match(answer, /^HTTP\/1\.1 308 /);
      assert.match(answer, /\r\nlocation: https:\/\/www\.foobar\.com:9443\/a\/b\?c=d&e=%20f\r\n/i);
      assert.doesNotMatch(answer, /strict-transport-security/i);
    });

    it("answers 421 to other hosts, and never sends anybody there", async () => {
      for (const host of ["evil.example", "www.foobar.com.evil.example", "shop.foobar.com", "a.b.shop.foobar.com"]) {
        const answer = await raw(balancer.url, "GET / HTTP/1.1", `Host: ${host}`);
        assert.match(answer, /^HTTP\/1\.1 421 /, host);
        assert.doesNotMatch(answer, /\r\nlocation:/i, host);
      }
      assert.match(await raw(balancer.url, "GET / HTTP/1.1", "Host:"), /^HTTP\/1\.1 400 /);
      assert.equal((await ask({ ...secure(), path: "/" })).status, 200);
    });

    it("proves each name to clients that know the root alone, those of a wildcard as well, and no other name", async () => {
      for (const name of ["www.foobar.com", "one.shop.foobar.com"]) {
        assert.deepEqual(
          [(await ask(secure({ name }))).status, (await askByHttp2(secure({ name }))).status],
          [200, 200],
        );
      }
      for (const name of ["shop.foobar.com", "a.b.shop.foobar.com", "evil.example"]) {
        await assert.rejects(ask(secure({ name })), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
        assert.equal((await ask(secure({ host: name }))).status, 421);
      }
    });

    it("knows its names in any case, with a port, and by a wildcard", async () => {
      for (const host of ["www.FOOBAR.com", "www.foobar.com:1", "www.foobar.com.", "one.shop.foobar.com"]) {
        assert.match(await raw(balancer.url, "GET / HTTP/1.1", `Host: ${host}`), /^HTTP\/1\.1 308 /, host);
      }
    });

    it("answers a client of HTTP/1.0 that names no host as the first name", async () => {
      const answer = await raw(balancer.url, "GET /x HTTP/1.0");
      assert.match(answer, /\r\nlocation: https:\/\/www\.foobar\.com:9443\/x\r\n/i);
    });

    it("sends no HSTS for localhost, where it would hold for every other port as well", async () => {
      for (const host of ["localhost", "a.LOCALHOST"]) {
        const { status, headers } = await ask({ ...secure(), host });
        assert.deepEqual([status, headers["strict-transport-security"]], [421, undefined], host);
      }
    });

    it("sends HSTS with every answer over HTTPS, and marks its cookie as Secure there", async () => {
      const { headers } = await ask(secure());
      assert.equal(headers["strict-transport-security"], "max-age=63072000");
      assert.match(headers["set-cookie"]?.join() ?? "", /^FOOBAR_SERVER=server\d;.*; Secure$/);
    });

    it("shows its 503 page over HTTPS, with HSTS", async () => {
      const starts = [await balancer.stop("server1"), await balancer.stop("server2")];
      try {
        await eventually(async () => {
          const { status, headers, text } = await ask(secure());
          assert.equal(status, 503);
          assert.equal(headers["strict-transport-security"], "max-age=63072000");
          assert.match(text, /No server can answer just now/);
        }, 60);
      } finally {
        for (const start of starts) await start();
      }
    });
  });

  it("speaks TLS 1.3 only in the modern profile, offers HTTP/3, and has no plain HTTP when that is off", async () => {
    await play({ http: "off", httpsPort: 9443, tls: { profile: "modern", http3: true } });
    const { securePort: port } = balancer;
    const old = handshake({ port, ca: STAGE_AUTHORITY, maxVersion: "TLSv1.2" });
    await assert.rejects(old, /version|alert|EPROTO|ECONNRESET/);
    assert.equal((await handshake({ port, ca: STAGE_AUTHORITY })).version, "TLSv1.3");
    assert.equal((await ask(secure())).headers["alt-svc"], 'h3=":9443"; ma=900');
    await assert.rejects(fetch(balancer.url));
  });
});
