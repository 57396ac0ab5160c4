/** The URL without what may be secret: user, password, query and fragment. */
export function plainUrl(url: string): string {
  const [path = ""] = url.split(/[?#]/);
  return path.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/]*@/i, "$1");
}
