import { createHash } from "node:crypto";
import { Eta } from "eta/core";
import type { DatabaseNode } from "./database.ts";
import type { Message, Posting } from "./messages.ts";

/** Everything the page shows. */
export interface PageView {
  readonly server: string;
  readonly release: string;
  /** What was read, or nothing when no database could be. */
  readonly read?: { readonly node: DatabaseNode; readonly messages: readonly Message[] };
  readonly posting: Posting;
  /** The node that a message would be written to, as far as is known. */
  readonly writeNode?: DatabaseNode;
  /** What went wrong with this request, in words for the visitor. */
  readonly problem?: { readonly title: string; readonly details: readonly string[] };
  /** What the visitor typed and has not been able to post. */
  readonly draft?: { readonly author: string; readonly text: string };
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2530; --soft: #5c6877; --paper: #f6f7f9; --card: #fff; --line: #dde2e8;
  --accent: #0b6bcb; --bad: #a4262c; --bad-paper: #fdecec; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa7b6; --paper: #14181e; --card: #1d232b;
  --line: #323b46; --accent: #6db3f8; --bad: #ff9a9a; --bad-paper: #3a1d20; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { margin: 0 0 1rem; font-size: 1.6rem; }
h2 { margin: 2rem 0 .75rem; font-size: 1.1rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: .75rem; margin: 0; }
.facts div, .message, form, .problem { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: .75rem 1rem; }
.facts dt { color: var(--soft); font-size: .85rem; }
.facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.facts small { display: block; color: var(--soft); font-weight: 400; }
.problem { background: var(--bad-paper); border-color: var(--bad); color: var(--bad); margin: 1rem 0; }
.problem p, .problem ul { margin: 0; }
form { display: grid; gap: .75rem; }
label { display: grid; gap: .25rem; color: var(--soft); font-size: .85rem; }
input, textarea { width: 100%; padding: .5rem; border: 1px solid var(--line); border-radius: .375rem;
  background: var(--paper); color: var(--ink); font: inherit; }
button { justify-self: start; padding: .5rem 1.25rem; border: 0; border-radius: .375rem; background: var(--accent);
  color: var(--card); font: inherit; font-weight: 600; cursor: pointer; }
ol { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem; }
.message p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.message footer { color: var(--soft); font-size: .85rem; }
`;

const TEMPLATE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>foobar on <%= it.server %></title>
<link rel="icon" href="data:,">
<style><%~ it.style %></style>
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
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title><%= it.title %></title>
<link rel="icon" href="data:,">
<style><%~ it.style %></style>
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
  return eta.render(page, { ...view, draft, time, style: STYLE });
}

/** A page that says why there is nothing to see. */
export function renderError(title: string, text: string): string {
  return eta.render(errorPage, { title, text, style: STYLE });
}

/** Nothing but the page's own style may be loaded or run, and forms go nowhere else. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "img-src data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");
