import { createServer } from "node:http";
import express from "express";
import { Server } from "socket.io";
import { openDatabase } from "./database.js";
import { followMessages } from "./messages.js";

const { HOST = "0.0.0.0", PORT = "3000", SERVER_NAME = "", DRAIN_SECONDS = "5" } = process.env;

const database = openDatabase();
const app = express();
const server = createServer(app);
// One connection for each visitor: Socket.IO's long polling needs sticky sessions, a WebSocket does not.
const io = new Server(server, { transports: ["websocket"] });
let leaving = false;

app.get("/health", async (_request, response) => {
  if (leaving) return void response.status(503).send("leaving\n");
  await database.query("SELECT 1");
  response.send("ok\n");
});
app.use(express.static("public"));

const messages = followMessages(database, (message) => io.emit("message", message));
io.on("connection", async (socket) => {
  socket.emit("welcome", { server: SERVER_NAME });
  // What the visitor missed while it was away.
  for (const message of await messages.after(socket.handshake.auth.last ?? 0)) socket.emit("message", message);
  socket.on("message", async (text, kept) => {
    kept(await messages.add(SERVER_NAME, String(text).slice(0, 500)));
  });
});

server.listen(Number(PORT), HOST, () => console.log(`chat listens on ${HOST}:${PORT}`));

process.once("SIGTERM", () => {
  leaving = true;
  // Load balancers turn away first; then visitors are told to connect again, which leads them to another server.
  setTimeout(async () => {
    messages.stop();
    await io.close();
    await database.end();
    console.log("all visitors have been sent on");
  }, Number(DRAIN_SECONDS) * 1000);
});
