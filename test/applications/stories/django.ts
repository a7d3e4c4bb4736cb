import assert from "node:assert/strict";
import { provideImage } from "../images.ts";
import { SITE, type Story } from "../story.ts";
import type { Visitor } from "../visitor.ts";

const ADMIN = "admin";
const PASSWORD = "a password of the admin";

interface Notes {
  readonly server: string;
  readonly notes: readonly { readonly title: string; readonly attachment: string }[];
}

/** A Django project with its admin: an allow-list of hosts, forced HTTPS, sessions and uploads. */
export const DJANGO: Story = {
  title: "a Django project with its admin",
  settings: async (release) => ({
    image: await provideImage("django", release),
    memoryMb: 256,
    port: 8000,
    readinessPath: "/health",
    https: true,
    writable: { "/tmp": 64 },
    environment: { ALLOWED_HOSTS: SITE, DJANGO_SUPERUSER_USERNAME: ADMIN, DJANGO_SUPERUSER_EMAIL: `${ADMIN}@${SITE}` },
    secretVariables: { SECRET_KEY: "secret-key", DJANGO_SUPERUSER_PASSWORD: "admin-password" },
    storage: { uploads: { path: "/srv/uploads" } },
    migrate: { command: ["python3", "manage.py", "migrate", "--noinput"], timeoutSeconds: 300 },
  }),
  secrets: {
    "secret-key": "a key of the sessions, which is long enough for Django's check",
    "admin-password": PASSWORD,
  },
  async begin(project) {
    const { exitCode, output } = await project.npm("exec", ["python3", "manage.py", "createsuperuser", "--noinput"]);
    assert.equal(exitCode, 0, output);
  },
  added: { table: "notes_note", column: "pinned" },
  async enter(visitor) {
    await logIn(visitor);
    const list = async () => {
      const { status, text } = await visitor.ask("/notes");
      assert.equal(status, 200, text);
      return JSON.parse(text) as Notes;
    };
    return {
      async write(title, upload) {
        const file = upload === undefined ? {} : { attachment: new File([new Uint8Array(upload)], "upload.bin") };
        const { status, text } = await visitor.ask("/admin/notes/note/add/", {
          form: { csrfmiddlewaretoken: visitor.cookie("csrftoken") ?? "", title, ...file },
        });
        // The admin answers a form with mistakes by 200.
        assert.equal(status, 302, text);
      },
      read: async () => (await list()).notes.map(({ title }) => title),
      async upload(title) {
        const { attachment } = (await list()).notes.find((note) => note.title === title) ?? {};
        const { status, body } = await visitor.ask(`/uploads/${attachment}`);
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

async function logIn(visitor: Visitor): Promise<void> {
  const page = await visitor.ask("/admin/login/?next=/admin/");
  assert.equal(page.status, 200, page.text);
  const { status, text, headers } = await visitor.ask("/admin/login/?next=/admin/", {
    form: { csrfmiddlewaretoken: visitor.cookie("csrftoken") ?? "", username: ADMIN, password: PASSWORD },
  });
  assert.equal(status, 302, text);
  assert.equal(headers.get("location"), "/admin/");
  // The pages of the admin need their style sheets.
  assert.equal((await visitor.ask("/static/admin/css/base.css")).status, 200);
}
