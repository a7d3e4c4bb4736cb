// An application with one fault, which a file beside it names.
const { createServer } = require("node:http");
const { join } = require("node:path");
const { fault } = require("./fault.json");

const { HOST, PORT } = process.env;

if (fault === "ends") {
  console.error("there is no licence");
  process.exit(3);
}
if (fault === "memory") {
  const kept = [];
  setInterval(() => kept.push(Buffer.alloc(20_000_000, 1)), 10);
}
const status = typeof fault === "number" ? fault : 200;
const headers = status === 301 ? { location: "https://shop.example/" } : {};
createServer(({ url }, response) => {
  if (url === "/readyz") response.writeHead(status, headers).end();
  else response.end("served");
}).listen(fault === "port" ? 4321 : PORT, HOST, () => console.log(`listening, from ${join(__dirname)}`));

process.on("SIGTERM", () => process.exit(0));
