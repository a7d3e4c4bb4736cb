/** The cookie that tells an instance which message its visitor has just posted, whichever instance took it. */
const NAME = "posted";

// A replica that is further behind than this has other troubles.
const MAX_AGE_SECONDS = 60;

// No more digits than a number holds exactly.
const COOKIE = new RegExp(`(?:^|;)\\s*${NAME}=(\\d{1,15})\\s*(?:;|$)`);

/** The value of a Set-Cookie header. */
export function postedCookie(id: number): string {
  return `${NAME}=${id}; Max-Age=${MAX_AGE_SECONDS}; Path=/; HttpOnly; SameSite=Lax`;
}

/** The id of the message that the visitor has just posted, if the Cookie header says so. */
export function justPosted(header: string | undefined): number | undefined {
  const id = COOKIE.exec(header ?? "")?.[1];
  return id === undefined ? undefined : Number(id);
}
