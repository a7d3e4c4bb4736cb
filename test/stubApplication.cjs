// An application that does what a test asks for, by the path. Node.js alone runs it, in a container.
const { createServer } = require("node:http");

let held = [];

const routes = {
  "/": (_request, response) => response.end("page"),
  "/headers": (request, response) => response.end(JSON.stringify(request.headers)),
  "/connection": (request, response) => response.end(String(request.socket.remotePort)),
  "/text": (_request, response) => response.setHeader("content-type", "text/html").end("text ".repeat(1000)),
  "/breaks": (request) => request.socket.destroy(),
  "/never": () => {},
  "/held": (_request, response) => held.push(response),
  "/held-count": (_request, response) => response.end(String(held.length)),
  "/release": (_request, response) => {
    for (const other of held) other.end("late");
    held = [];
    response.end();
  },
};

const server = createServer((request, response) => {
  const status = /^\/status\/(\d+)/.exec(request.url);
  if (status)
    return response.writeHead(Number(status[1]), { "x-from": "application", "content-length": 10 }).end("own answer");
  const route = routes[request.url];
  if (route) return route(request, response);
  response.end(`application ${request.url}`);
});
server.listen(3000, "0.0.0.0");
process.on("SIGTERM", () => process.exit(0));
