import { createHash } from "node:crypto";
import { Eta } from "eta/core";
import type { DatabaseNode } from "./host.ts";
import type { Message, Posting } from "./messages.ts";
import { STATIC_PATH } from "./staticFiles.ts";

/** The content of the page. */
export interface PageView {
  readonly server: string;
  readonly release: string;
  /** The messages and their database. undefined: no database could be read. */
  readonly read?: { readonly node: DatabaseNode; readonly messages: readonly Message[]; readonly behind: boolean };
  readonly posting: Posting;
  /** The node that a message would be written to, by its last known state. */
  readonly writeNode?: DatabaseNode;
  /** The problem of this request, in words for the visitor. */
  readonly problem?: { readonly title: string; readonly details: readonly string[] };
  /** The visitor's input that could not be posted. */
  readonly draft?: { readonly author: string; readonly text: string };
}

/** The page is usable with this style alone, if the style sheet does not arrive. */
const BASICS = `:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 2rem 1rem 4rem; overflow-wrap: anywhere; }
input, textarea { display: block; width: 100%; font: inherit; }
ol { list-style: none; margin: 0; padding: 0; }
small { display: block; }`;

/** The release in the address makes browsers fetch the files of a new release at once. */
const HEAD = `<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="${STATIC_PATH}favicon.svg?v=<%= it.version %>">
<style>${BASICS}</style>
<link rel="stylesheet" href="${STATIC_PATH}style.css?v=<%= it.version %>">`;

const TEMPLATE = `<!doctype html>
<html lang="en">
<head>
${HEAD}
<title>foobar on <%= it.server %></title>
</head>
<body>
<main>
<h1>foobar</h1>
<dl class="facts">
<div><dt>Answered by</dt><dd><%= it.server %><small>release <%= it.release %></small></dd></div>
<div><dt>Read from</dt><dd><% if (it.read) { %><%= it.read.node.name %>
<small><%= it.read.node.uuid %></small><% } else { %>no database<% } %></dd></div>
<div><dt>Written to</dt><dd><% if (!it.posting.possible) { %>not possible now<small><%= it.posting.reason %></small>
<% } else if (it.writeNode) { %><%= it.writeNode.name %><small><%= it.writeNode.uuid %></small>
<% } else { %>not known yet<% } %></dd></div>
</dl>
<% if (it.problem) { %>
<div class="problem" role="alert"><p><strong><%= it.problem.title %></strong></p>
<% if (it.problem.details.length > 0) { %><ul>
<% for (const detail of it.problem.details) { %><li><%= detail %></li><% } %>
</ul><% } %></div>
<% } %>
<h2>Leave a message</h2>
<% if (!it.posting.possible) { %>
<div class="problem" role="status"><p>Posting is not possible now: <%= it.posting.reason %>. It returns by itself.
<% if (it.read) { %>Messages can still be read.<% } %></p></div>
<% } %>
<% if (it.posting.possible || it.draft.text) { %>
<form method="post" action="/messages">
<label>Your name <input name="author" maxlength="80" autocomplete="nickname" value="<%= it.draft.author %>"></label>
<label>Message <textarea name="text" rows="3" maxlength="2000" required><%= '\\n' + it.draft.text %></textarea></label>
<button>Post</button>
</form>
<% } %>
<h2>Messages</h2>
<% if (it.read && it.read.behind) { %>
<div class="problem" role="status"><p>Your newest message may be missing below: it was saved, but the database that
was read may not have it yet.</p></div>
<% } %>
<% if (!it.read) { %>
<div class="problem" role="status"><p>The messages cannot be read just now. Please try again in a few seconds.</p></div>
<% } else if (it.read.messages.length === 0) { %>
<p>No messages yet.</p>
<% } else { %>
<ol>
<% for (const message of it.read.messages) { %>
<li class="message"><p><%= message.text %></p>
<footer><%= message.author %>, <time datetime="<%= message.createdAt.toISOString() %>"><%= it.time(message.createdAt) %>
</time>, through <%= message.server %></footer></li>
<% } %>
</ol>
<% } %>
</main>
</body>
</html>
`;

const ERROR_TEMPLATE = `<!doctype html>
<html lang="en">
<head>
${HEAD}
<title><%= it.title %></title>
</head>
<body><main><h1><%= it.title %></h1><p><%= it.text %></p><p><a href="/">To the messages</a></p></main></body>
</html>
`;

const eta = new Eta({ autoEscape: true });
const page = eta.compile(TEMPLATE);
const errorPage = eta.compile(ERROR_TEMPLATE);

function time(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** The page with the messages. */
export function renderPage(view: PageView): string {
  const draft = view.draft ?? { author: "", text: "" };
  return eta.render(page, { ...view, draft, time, version: encodeURIComponent(view.release) });
}

/** A page with an error. */
export function renderError(title: string, text: string, release: string): string {
  return eta.render(errorPage, { title, text, version: encodeURIComponent(release) });
}

/** Only the page's own styles and icon are loaded, no script runs, and forms are sent to this site only. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'self' 'sha256-${createHash("sha256").update(BASICS).digest("base64")}'`,
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");
