import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { eventually } from "../../../engine/eventually.ts";
import { provideChat } from "../images.ts";
import type { Story } from "../story.ts";

/** The part of Socket.IO's client that is used here; the client itself is one of the chat's packages. */
interface Socket {
  on(event: "message", seen: (message: Message) => void): Socket;
  on(event: "welcome", seen: (welcome: { readonly server: string }) => void): Socket;
  emitWithAck(event: "message", text: string): Promise<number>;
  disconnect(): Socket;
  connect(): Socket;
}
interface Message {
  readonly id: number;
  readonly text: string;
}

const SEEN_SECONDS = 10;
/** A socket that is closed in order may take a message with it: the client sends such a message again. */
const AGAIN = { retries: 5, ackTimeout: 4_000 };

/** A chat by Socket.IO: a folder with its packages in the image of Node.js, messages over both servers. */
export const CHAT: Story = {
  title: "a Socket.IO chat over both servers",
  settings: async (release) => ({
    files: await provideChat(release),
    command: ["node", "server.js"],
    workingDirectory: "/app",
    memoryMb: 128,
    port: 3000,
    readinessPath: "/health",
    migrate: { command: ["node", "migrate.js"] },
  }),
  added: { table: "chat", column: "written" },
  async enter(visitor) {
    const page = await visitor.ask("/");
    assert.equal(page.status, 200, page.text);
    const client = createRequire(join(await provideChat(), "package.json"))("socket.io-client") as {
      io(url: string, options: object): Socket;
    };
    const seen = new Map<number, string>();
    const servers: string[] = [];
    const socket = client.io(visitor.origin, {
      transports: ["websocket"],
      agent: visitor.agent,
      ...AGAIN,
      auth: (send: (value: object) => void) => send({ last: Math.max(0, ...seen.keys()) }),
    });
    socket.on("welcome", ({ server }) => servers.push(server));
    socket.on("message", ({ id, text }) => seen.set(id, text));
    try {
      await eventually(async () => assert.ok(servers.length > 0, "no server has welcomed the visitor"), SEEN_SECONDS);
    } catch (error) {
      // The client would go on trying.
      socket.disconnect();
      throw error;
    }
    return {
      // While the socket is away, the client keeps the message and sends it when it is back.
      async write(text) {
        const id = await socket.emitWithAck("message", text);
        await eventually(async () => assert.equal(seen.get(id), text), SEEN_SECONDS);
      },
      read: async () => [...seen.values()],
      async servers(requests) {
        for (let request = 1; request < requests; request++) {
          const before = servers.length;
          socket.disconnect().connect();
          await eventually(async () => assert.ok(servers.length > before), SEEN_SECONDS);
        }
        return new Set(servers);
      },
      async close() {
        socket.disconnect();
        await visitor.close();
      },
    };
  },
};
