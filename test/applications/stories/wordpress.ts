import assert from "node:assert/strict";
import { provideImage } from "../images.ts";
import { SITE, type Story } from "../story.ts";
import type { Visitor } from "../visitor.ts";

const ADMIN = "admin";
const PASSWORD = "a password of the admin";
const KEYS = ["auth", "secure-auth", "logged-in", "nonce"].flatMap((name) => [`${name}-key`, `${name}-salt`]);

/** WordPress does not say which server answers, so its configuration lets it. */
const CONFIG_EXTRA = [
  "define('MYSQL_CLIENT_FLAGS', MYSQLI_CLIENT_SSL);",
  "define('DISABLE_WP_CRON', true);",
  "header('X-Server: ' . getenv('ANSWERED_BY'));",
].join(" ");

/** What the stack replaces by the value of one of its own variables. */
const filledIn = (variable: string) => `\${${variable}}`;

interface Post {
  readonly id: number;
  readonly title: { readonly rendered: string };
}

/** The paths of the uploads by the titles of their posts. */
const uploads = new Map<string, string>();

/** WordPress as its usual image runs it: Apache on port 80, and the site's files on a volume that it fills itself. */
export const WORDPRESS: Story = {
  title: "WordPress",
  settings: async () => ({
    image: await provideImage("wordpress"),
    user: "33:33",
    port: 80,
    memoryMb: 512,
    // This page answers before and after the installation, and needs the database.
    readinessPath: "/wp-admin/install.php",
    https: true,
    writable: { "/tmp": 64, "/run/apache2": 1, "/run/lock": 1 },
    storage: { site: { path: "/var/www/html" } },
    environment: {
      WORDPRESS_DB_HOST: `${filledIn("DATABASE_HOST")}:${filledIn("DATABASE_PORT")}`,
      WORDPRESS_DB_NAME: filledIn("DATABASE_NAME"),
      WORDPRESS_DB_USER: filledIn("DATABASE_USER"),
      WORDPRESS_DB_PASSWORD_FILE: filledIn("DATABASE_PASSWORD_FILE"),
      WORDPRESS_CONFIG_EXTRA: CONFIG_EXTRA,
      // In Apache, PHP's SERVER_NAME is the host of the request.
      ANSWERED_BY: filledIn("SERVER_NAME"),
    },
    // All servers need the same keys, or a visitor is logged out when another server answers.
    secretVariables: Object.fromEntries(
      KEYS.map((key) => [`WORDPRESS_${key.toUpperCase().replaceAll("-", "_")}`, key]),
    ),
    processes: { cron: { command: ["sh", "-c", "while sleep 60; do php wp-cron.php; done"], only: "one" } },
  }),
  secrets: Object.fromEntries(KEYS.map((key) => [key, `the text of ${key}, which nobody guesses`])),
  async enter(visitor) {
    await install(visitor);
    const nonce = await logIn(visitor);
    const call = async (route: string, body?: string | Buffer, headers: Readonly<Record<string, string>> = {}) => {
      const answer = await visitor.ask(`/?rest_route=${route}`, {
        headers: { "x-wp-nonce": nonce, ...headers },
        ...(body === undefined ? {} : { body }),
      });
      assert.ok(answer.status === 200 || answer.status === 201, answer.text);
      return JSON.parse(answer.text) as unknown;
    };
    return {
      async write(title, upload) {
        if (upload !== undefined) {
          // WordPress takes only files whose content is of their type.
          const found = (await call("/wp/v2/media", upload.toString("base64"), {
            "content-type": "text/plain",
            "content-disposition": 'attachment; filename="upload.txt"',
          })) as { source_url: string };
          uploads.set(title, new URL(found.source_url).pathname);
        }
        const body = JSON.stringify({ title, status: "publish" });
        await call("/wp/v2/posts", body, { "content-type": "application/json" });
      },
      async read() {
        const posts = (await call("/wp/v2/posts&per_page=100")) as readonly Post[];
        return posts.map(({ title }) => title.rendered);
      },
      async upload(title) {
        const { status, text } = await visitor.ask(uploads.get(title) ?? "");
        assert.equal(status, 200);
        return Buffer.from(text, "base64");
      },
      async servers(requests) {
        const found = new Set<string>();
        for (let request = 0; request < requests; request++) {
          found.add((await visitor.ask("/?rest_route=/")).headers.get("x-server") ?? "");
        }
        return found;
      },
      close: () => visitor.close(),
    };
  },
};

/** Fills in the form of the first visit, if nobody has yet. */
async function install(visitor: Visitor): Promise<void> {
  const first = await visitor.ask("/");
  if (first.status === 200) return;
  assert.match(first.headers.get("location") ?? "", /wp-admin\/install\.php$/);
  const form = {
    weblog_title: "A site",
    user_name: ADMIN,
    admin_password: PASSWORD,
    admin_password2: PASSWORD,
    admin_email: `${ADMIN}@${SITE}`,
  };
  const { status, text } = await visitor.ask("/wp-admin/install.php?step=2", { form });
  assert.equal(status, 200);
  assert.match(text, /WordPress has been installed/);
}

/** @returns the token that WordPress wants with each request of its interface */
async function logIn(visitor: Visitor): Promise<string> {
  await visitor.ask("/wp-login.php");
  const { status, text } = await visitor.ask("/wp-login.php", { form: { log: ADMIN, pwd: PASSWORD } });
  assert.equal(status, 302, text);
  const nonce = await visitor.ask("/wp-admin/admin-ajax.php?action=rest-nonce");
  assert.equal(nonce.status, 200, nonce.text);
  return nonce.text;
}
