import assert from "node:assert/strict";
import { eventually } from "../../engine/eventually.ts";
import { CHUNKED, describeEdge, get, post, statuses } from "../edgeStage.ts";
import { AUTHORIZATION, STAGE_AUTHORITY } from "../haproxyStage.ts";
import { sendRaw } from "../rawRequests.ts";
import { ask } from "../secureRequest.ts";

/** A second request, in the first one's body: nobody may answer it. */
const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;

/** Raw requests, and the one status that each gets; undefined: the connection is closed without an answer. */
const REQUESTS: readonly [string, string, number | undefined][] = [
  ["a length twice, differing", post("Content-Length: 3\r\nContent-Length: 4\r\n", SMUGGLED), undefined],
  ["a length with a list, differing", post("Content-Length: 3, 4\r\n", SMUGGLED), 400],
  ["a length with a sign", post("Content-Length: +3\r\n", SMUGGLED), 400],
  ["a negative length", post("Content-Length: -3\r\n", SMUGGLED), 400],
  ["a hexadecimal length", post("Content-Length: 0x3\r\n", SMUGGLED), 400],
  ["a length with a unit", post("Content-Length: 3 bytes\r\n", SMUGGLED), 400],
  ["another transfer coding", post("Transfer-Encoding: xchunked\r\n", SMUGGLED), 400],
  ["chunked before another coding", post("Transfer-Encoding: chunked, gzip\r\n", SMUGGLED), 400],
  ["a space before the colon", post("Transfer-Encoding : chunked\r\n", SMUGGLED), 400],
  ["a space in a header's name", get("X Y: 1\r\n"), 400],
  ["a header without a colon", get("nothing\r\n"), 400],
  ["a fold in the first header", `GET / HTTP/1.1\r\n Host: a\r\n\r\n`, 400],
  ["CR alone in a header", get("X-A: 1\rX-B: 2\r\n"), 400],
  ["NUL in a header", get("X-A: 1\0\r\n"), 400],
  ["a chunk size that is no number", post(CHUNKED, `g\r\n${SMUGGLED}`), 400],
  ["a chunk size with a sign", post(CHUNKED, `+3\r\nabc\r\n0\r\n\r\n${SMUGGLED}`), 400],
  ["a chunk size of 20 digits", post(CHUNKED, `00000000000000000003z\r\nabc\r\n`), 400],
  ["LF in a chunk extension", post(CHUNKED, `3;a\nabc\r\n0\r\n\r\n${SMUGGLED}`), 400],
  ["a chunk longer than its size", post(CHUNKED, `3\r\nabcdef\r\n0\r\n\r\n${SMUGGLED}`), 400],
  ["two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
  ["a list of hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400],
  ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["an empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400],
  ["a host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400],
  ["a host with a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400],
  ["another host in the address", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["HTTP/0.9", "GET /\r\n\r\n", 400],
  ["a space in the address", get("", "/a b"), 400],
  ["a byte beyond ASCII in the address", get("", "/\xe9"), 400],
  ["HTTP/2 with prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  ["TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405],
  ["CONNECT", "CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n", 405],
  ["a length and chunks: the chunks count", post(`Content-Length: 3\r\n${CHUNKED}`, chunked(SMUGGLED)), 200],
  ["a length and chunks, and more", post(`Content-Length: 3\r\n${CHUNKED}`, chunked("abc") + SMUGGLED), 200],
  ["the same length twice", `${post("Content-Length: 3, 3\r\nConnection: close\r\n", "abc")}`, 200],
  ["a chunk extension and a trailer", post(CHUNKED, "3;a=b\r\nabc\r\n0\r\nX-T: 1\r\n\r\n"), 200],
  ["LF for line ends", "GET / HTTP/1.1\nHost: a\n\n", 200],
  ["a folded header", get("X-A: 1\r\n 2\r\n"), 200],
  ["HTTP/1.0 without a host", "GET / HTTP/1.0\r\n\r\n", 200],
];

describeEdge("the load balancer, towards visitors", (edge) => {
  /** The headers that the application sees. */
  const seenOf = async (lines: string): Promise<Record<string, string>> => {
    const { answers } = await sendRaw(edge.balancer.url, get(`${lines}Connection: close\r\n`, "/headers"));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200],
    );
    return JSON.parse(answers[0]?.body ?? "");
  };

  describe("with its defaults", () => {
    before(() => edge.play({ statsPort: 8404 }));

    it("answers each malformed or ambiguous request once, and passes on nothing that is inside", async () => {
      await (await fetch(`${edge.balancer.url}/seen`)).text();
      const found = await Promise.all(
        REQUESTS.map(async ([name, text]) => {
          const exchange = await sendRaw(edge.balancer.url, text);
          return [name, ...(exchange.closed && exchange.answers.length === 0 ? [undefined] : statuses(exchange))];
        }),
      );
      assert.deepEqual(
        found,
        REQUESTS.map(([name, , status]) => [name, status]),
      );
      const seen = await (await fetch(`${edge.balancer.url}/seen`)).text();
      assert.ok(!seen.includes("smuggled"), seen);
    });

    it("takes headers of 32 kB, and refuses more with 431", async () => {
      const withHeaders = async (bytes: number) =>
        statuses(await sendRaw(edge.balancer.url, get(`X-A: ${"a".repeat(bytes)}\r\nConnection: close\r\n`)));
      assert.deepEqual([await withHeaders(32_500), await withHeaders(33_000)], [[200], [431]]);
    });

    it("drops what strangers say about themselves, in every spelling", async () => {
      const claims = [
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Port",
        "X_Forwarded_For",
        "Forwarded",
        "X-Real-IP",
      ];
      const rarer = [
        "WL-Proxy-Client-IP",
        "X.Forwarded.For",
        "X-Forward-For",
        "Fly-Client-IP",
        "X-Envoy-External-Address",
      ];
      const more = [
        ...rarer,
        "X-Client-IP",
        "Client-IP",
        "True-Client-IP",
        "CF-Connecting-IP",
        "X-Original-URL",
        "Proxy",
      ];
      const lines = [...claims, ...more].map((name) => `${name}: 9.9.9.9\r\n`).join("");
      const {
        host,
        connection: _,
        "x-request-id": id,
        "x-forwarded-for": client,
        ...others
      } = await seenOf(`${lines}X-Forwarded-Proto: https\r\nX-Request-ID: mine\r\nX_Odd: kept\r\n`);
      assert.deepEqual(others, { "x-forwarded-proto": "http", x_odd: "kept" });
      assert.equal(host, "a");
      assert.equal(client, edge.balancer.plan.visitors.host);
      assert.match(id ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}$/);
    });

    it("sends the security headers with every answer that it understood, and no banner", async () => {
      const asked = [get(), "GET / HTTP/1.1\r\n\r\n", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", get("", "/boastful")];
      for (const text of asked) {
        const { answers } = await sendRaw(edge.balancer.url, text);
        const { server, ...headers } = answers[0]?.headers ?? {};
        assert.equal(server, undefined);
        assert.equal(headers["x-content-type-options"], "nosniff");
        assert.equal(headers["x-frame-options"], text.includes("boastful") ? "DENY" : "SAMEORIGIN");
        assert.equal(headers["referrer-policy"], "strict-origin-when-cross-origin");
        assert.equal(headers["permissions-policy"], "camera=(), geolocation=(), microphone=()");
      }
    });

    it("sends them with its answers to what is no valid HTTP, too", async () => {
      const large = `GET / HTTP/1.1\r\nHost: a\r\nX: ${"a".repeat(40_000)}\r\n\r\n`;
      const slowly = { trickle: { piece: "a", everyMs: 400 } };
      const found = await Promise.all([
        sendRaw(edge.balancer.url, "GET  / a HTTP/1.1\r\nHost: a\r\n\r\n"),
        sendRaw(edge.balancer.url, large),
        sendRaw(edge.balancer.url, "GET / HTTP/1.1\r\nX-A: ", slowly),
      ]);
      assert.deepEqual(found.map(statuses), [[400], [431], [408]]);
      for (const { answers } of found) {
        const { server, ...headers } = answers[0]?.headers ?? {};
        assert.deepEqual(
          [server, headers["x-frame-options"], headers["connection"]],
          [undefined, "SAMEORIGIN", "close"],
        );
      }
    });

    it("shows statistics and metrics to those who know the password, without its version", async () => {
      const { statisticsUrl } = edge.balancer;
      for (const path of ["/", "/metrics"]) {
        for (const authorization of ["", "Basic YWRtaW46c2h1dA==", `${AUTHORIZATION}x`]) {
          const refused = await fetch(statisticsUrl + path, { headers: { authorization } });
          assert.equal(refused.status, 401);
        }
        const shown = await fetch(statisticsUrl + path, { headers: { authorization: AUTHORIZATION } });
        assert.equal(shown.status, 200);
        const text = await shown.text();
        assert.ok(text.includes(path === "/" ? "Statistics Report" : "haproxy_process_"), path);
        assert.ok(path === "/metrics" || !/version 3\./.test(text), "the page names the version");
      }
    });

    it("takes no connection from elsewhere when it is published at a loopback address", async () => {
      const program = 'fetch(process.argv[1]).then((r) => console.log(r.status), () => console.log("closed"));';
      assert.deepEqual(
        [await edge.balancer.run("near", program), await edge.balancer.run("far", program)],
        ["200", "closed"],
      );
    });
  });

  describe("behind a proxy that sets headers", () => {
    // The host is the proxy, and has another one before it.
    before(() =>
      edge.play({
        trustedProxies: { addresses: ["127.0.0.0/8", "198.51.100.0/24"] },
        tls: { hsts: { maxAgeSeconds: 300 }, http3: true },
      }),
    );

    const client = async (lines: string) => {
      const { "x-forwarded-for": address, "x-forwarded-proto": scheme } = await seenOf(lines);
      return `${address} by ${scheme}`;
    };

    for (const [what, chain, address] of [
      ["the last address", "203.0.113.7", "203.0.113.7"],
      ["the last one, whatever comes before it", "9.9.9.9, 203.0.113.7", "203.0.113.7"],
      ["the one before a trusted proxy", "9.9.9.9, 203.0.113.7, 198.51.100.2", "203.0.113.7"],
      ["an IPv6 address", "2001:db8::7", "2001:db8::7"],
      ["an IPv6 address with a port", "203.0.113.9, [2001:db8::7]:443", "2001:db8::7"],
      ["an IPv4 address with a port", "203.0.113.7:4711", "203.0.113.7"],
      ["the proxy, if a text is no address", "203.0.113.7, nonsense", undefined],
      ["nothing behind a text that is no address", "203.0.113.7, nonsense, 198.51.100.2", "198.51.100.2"],
    ] as const) {
      it(`believes ${what}`, async () => {
        const said = `X-Forwarded-For: ${chain}\r\nX-Forwarded-Proto: https\r\nX-Real-IP: 8.8.8.8\r\n`;
        assert.equal(await client(said), `${address ?? edge.balancer.plan.visitors.host} by https`);
      });
    }

    it("sends HSTS to visitors who use HTTPS with the proxy, and to no others", async () => {
      const sent = async (scheme: string) =>
        (await fetch(edge.balancer.url, { headers: { "x-forwarded-proto": scheme } })).headers.get(
          "strict-transport-security",
        );
      assert.deepEqual([await sent("https"), await sent("http")], ["max-age=300", null]);
    });

    it("leaves it to the proxy to say whether that has HTTP/3", async () => {
      const { headers, status } = await ask({ port: edge.balancer.securePort, ca: STAGE_AUTHORITY });
      assert.deepEqual([status, headers["alt-svc"]], [200, undefined]);
    });

    it("believes no other scheme than https and http", async () => {
      assert.match(await client("X-Forwarded-Proto: gopher\r\n"), / by http$/);
    });

    it("believes nobody else", async () => {
      const headers = '{ headers: { "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https" } }';
      const program = `fetch(process.argv[1] + "/headers", ${headers}).then(async (r) => console.log(await r.text()));`;
      const seen = JSON.parse(await edge.balancer.run("near", program));
      assert.match(seen["x-forwarded-for"], /\.120$/);
      assert.equal(seen["x-forwarded-proto"], "http");
    });
  });

  describe("behind a proxy that speaks the PROXY protocol", () => {
    before(async () => {
      await edge.start({
        trustedProxies: { addresses: ["127.0.0.0/8"], protocol: "proxy" },
        allow: { site: ["203.0.113.0/24", "10.0.0.0/8"] },
      });
    });

    const asked = async (prefix: string) => {
      const lines = "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n";
      const { answers } = await sendRaw(edge.balancer.url, prefix + get(lines, "/headers"));
      const [answer] = answers;
      if (answer?.status !== 200) return answer?.status;
      const { "x-forwarded-for": address, "x-forwarded-proto": scheme } = JSON.parse(answer.body);
      return `${address} by ${scheme}`;
    };
    /** Version 2 of the header, as a TLS terminator sends it. */
    const version2 = () => {
      const addresses = Buffer.from([203, 0, 113, 7, 198, 51, 100, 1, 0x9c, 0x40, 0x20, 0xfb]);
      const tls = Buffer.from([0x20, 0, 5, 1, 0, 0, 0, 0]);
      const rest = Buffer.concat([addresses, tls]);
      const signature = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
      const head = Buffer.from([0x21, 0x11, 0, rest.length]);
      return Buffer.concat([signature, head, rest]).toString("latin1");
    };

    it("takes the visitor's address and scheme from it, and lets visitors in by their address", async () => {
      await eventually(async () => {
        assert.equal(await asked("PROXY TCP4 203.0.113.7 198.51.100.1 40000 80\r\n"), "203.0.113.7 by http");
      }, 30);
      assert.equal(await asked("PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n"), "203.0.113.7 by https");
      assert.equal(await asked(version2()), "203.0.113.7 by https");
      assert.equal(await asked("PROXY TCP4 192.0.2.7 198.51.100.1 40000 443\r\n"), 403);
    });

    it("serves others without it", async () => {
      const program = "fetch(process.argv[1]).then((r) => console.log(r.status));";
      assert.equal(await edge.balancer.run("near", program), "200");
    });
  });
});
