// Where a sign-in may lead: to a page of this console, whatever the address that somebody sent says.
const FRONT_PAGE = '/topologies';

/**
 * Read as the browser will read it: it drops tabs and takes a backslash for a slash, so that a look at the first characters is
 * not enough. The answer names the origin, because a path of its own may begin with two slashes.
 */
export function safeTarget(next: string | undefined, origin: string): string {
  if (!next?.startsWith('/') || !URL.canParse(next, origin)) return FRONT_PAGE;
  const { origin: led, pathname, search, hash } = new URL(next, origin);
  return led === origin ? `${origin}${pathname}${search}${hash}` : FRONT_PAGE;
}
