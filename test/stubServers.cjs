// A web server that says its own name, on every port that a plan can give it. Node.js alone runs it, in a container.
const { createServer } = require("node:http");

const [, , name, ...ports] = process.argv;

const answer = (port) => (request, response) => {
  request.resume();
  request.on("end", () => {
    // Like an Nginx that could not reach the application.
    if (request.headers["x-unreachable"] === name) response.statusCode = 421;
    response.setHeader("x-proto", request.headers["x-forwarded-proto"] ?? "");
    response.setHeader("x-server", name).setHeader("x-port", port).end();
  });
};

for (const port of ports) createServer(answer(port)).listen(Number(port), "0.0.0.0");
process.on("SIGTERM", () => process.exit(0));
