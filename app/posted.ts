/** The cookie with the id of the message that a visitor has just posted; every instance understands it. */
const NAME = "posted";

// A replica that lags by more than this is broken.
const MAX_AGE_SECONDS = 60;

// At most as many digits as a number represents exactly.
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
