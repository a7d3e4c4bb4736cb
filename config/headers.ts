/** The headers that the load balancer adds to answers, for rules and planners. */

/** Headers of every answer, unless the application or a setting says otherwise. docs/operations.md explains them. */
export const DEFAULT_HEADERS: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "SAMEORIGIN",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
};

/** Headers that frame a message, or that belong to one answer alone. */
const OF_THE_MESSAGE = new Set([
  ...[
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "date",
    "etag",
    "keep-alive",
  ],
  ...["last-modified", "location", "proxy-authenticate", "proxy-connection", "retry-after", "set-cookie", "te"],
  ...["trailer", "transfer-encoding", "upgrade", "vary", "www-authenticate"],
]);

const LONGEST_VALUE = 2000;

/**
 * Headers that answers can get in HAProxy's room for additions, and what it keeps for HSTS, its cookie and Alt-Svc. With
 * 10,000 bytes an answer whose own headers have 30 kB becomes a 500; HTTP/2 has no answers with more than 202 headers,
 * of which the application can send 101.
 */
const MOST = { headers: 50, bytes: 7000 };

/** Bytes by which HAProxy counts a header more than its name and its text. */
const OVERHEAD = 12;

/** The form in which two spellings of a header's name are the same. */
export function headerName(name: string): string {
  return name.toLowerCase();
}

/** What is allowed instead of a header; undefined: it is allowed. */
export function headerProblem(name: string, value: string): string | undefined {
  if (!/^[a-z][a-z0-9-]{0,63}$/i.test(name)) {
    return "a header's name: a letter, then letters, digits and hyphens, 64 at most";
  }
  if (headerName(name) === "strict-transport-security") {
    return "any header but this one, which loadBalancer.tls.hsts sets where visitors trust the certificate";
  }
  if (OF_THE_MESSAGE.has(headerName(name))) return "a header that can be the same for all answers";
  if (value.length > LONGEST_VALUE) return `a text of at most ${LONGEST_VALUE} characters`;
  if (!/^[\x20-\x7e]*$/.test(value)) return "a text of one line in printable ASCII characters";
  if (value !== value.trim()) return "a text without spaces around it";
  return undefined;
}

/** Why settings are too much for an answer, and what is allowed; undefined: they are not. */
export function headersProblem(
  settings: Readonly<Record<string, string>>,
): { readonly complaint: string; readonly allowed: string } | undefined {
  const all = answerHeaders(settings);
  const bytes = all.reduce((sum, { name, value }) => sum + name.length + value.length + OVERHEAD, 0);
  if (all.length <= MOST.headers && bytes <= MOST.bytes) return undefined;
  return {
    complaint: `makes ${all.length} headers of ${bytes} bytes for every answer, those that are set without it included`,
    allowed: `at most ${MOST.headers} headers of ${MOST.bytes} bytes in all, each with its name, its text and ${OVERHEAD} bytes more: an answer has no room for more`,
  };
}

/**
 * The headers of every answer, each with its text.
 * @param settings texts that replace the defaults or come on top; an empty one leaves its header out
 */
export function answerHeaders(settings: Readonly<Record<string, string>>): { name: string; value: string }[] {
  const all = new Map(
    [...Object.entries(DEFAULT_HEADERS), ...Object.entries(settings)].map(([name, value]) => [
      headerName(name),
      { name, value },
    ]),
  );
  return [...all.values()].filter(({ value }) => value !== "");
}
