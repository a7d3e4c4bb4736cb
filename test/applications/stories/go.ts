import assert from "node:assert/strict";
import { goMissing, provideImage } from "../images.ts";
import type { Story } from "../story.ts";

interface Entries {
  readonly server: string;
  readonly version: string;
  readonly entries: readonly { readonly id: number; readonly text: string }[];
}

/** The paths of the uploads by the texts that they were written with. */
const uploads = new Map<string, string>();

/** A static Go program in an image that has nothing else: no shell, no names of users. */
export const GO: Story = {
  title: "a Go program in an image from scratch",
  missing: goMissing,
  settings: async (release) => ({
    image: await provideImage("go", release),
    memoryMb: 64,
    port: 8080,
    storage: { uploads: { path: "/uploads" } },
    migrate: { command: ["migrate"] },
    processes: { worker: { command: ["worker"], only: "one", memoryMb: 64 } },
  }),
  added: { table: "entries", column: "amount" },
  async enter(visitor) {
    const list = async () => {
      const { status, text } = await visitor.ask("/entries");
      assert.equal(status, 200, text);
      return JSON.parse(text) as Entries;
    };
    return {
      async write(text, upload) {
        const { status, text: said } = await visitor.ask("/entries", { body: JSON.stringify({ text }) });
        assert.equal(status, 201, said);
        if (upload === undefined) return;
        const kept = await visitor.ask("/files", { body: upload });
        assert.equal(kept.status, 201, kept.text);
        uploads.set(text, (JSON.parse(kept.text) as { path: string }).path);
      },
      read: async () => (await list()).entries.map(({ text }) => text),
      async upload(text) {
        const { status, body } = await visitor.ask(uploads.get(text) ?? "");
        assert.equal(status, 200);
        return body;
      },
      async servers(requests) {
        const found = new Set<string>();
        for (let request = 0; request < requests; request++) found.add((await list()).server);
        return found;
      },
      close: () => visitor.close(),
    };
  },
};
