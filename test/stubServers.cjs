// A web server that says its own name, on every port that a plan can give it, with TLS, as Nginx does: it answers only
// clients with a certificate. Node.js alone runs it, in a container.
const { readFileSync } = require("node:fs");
const { createServer } = require("node:https");

const [, , name, ...ports] = process.argv;

const secret = (file) => readFileSync(`/run/secrets/${file}`);
const options = {
  ...{ ca: secret("ca.crt"), cert: secret("server.crt"), key: secret("server.key") },
  ...{ requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.3", maxHeaderSize: 40 * 1024 },
};
const seen = [];

const answer = (port) => (request, response) => {
  request.resume();
  seen.push(request.url);
  request.on("end", () => {
    // Like an Nginx that could not reach the application.
    if (request.headers["x-unreachable"] === name) response.statusCode = 421;
    response.setHeader("x-proto", request.headers["x-forwarded-proto"] ?? "");
    response.setHeader("x-server", name).setHeader("x-port", port);
    if (request.url === "/headers") return response.end(JSON.stringify(request.headers));
    if (request.url === "/seen") return response.end(JSON.stringify(seen.splice(0)));
    if (request.url === "/boastful") response.setHeader("server", "Stub/1.0").setHeader("x-frame-options", "DENY");
    const [, bytes] = /^\/large-headers\/(\d+)$/.exec(request.url) ?? [];
    if (bytes !== undefined) response.setHeader("x-large", "a".repeat(Number(bytes)));
    response.end();
  });
};

for (const port of ports) createServer(options, answer(port)).listen(Number(port), "0.0.0.0");
process.on("SIGTERM", () => process.exit(0));
