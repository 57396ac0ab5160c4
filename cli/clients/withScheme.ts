/** A host as people type it: with a port, with a dot, or this machine. */
const bareHost =
  /^(?:localhost|[\w-]+(?:\.[\w-]+)+|[\w.-]+(?=:\d)|\[[\da-f:]+\])(?::\d+)?(?=[/?#]|$)/i;

/** `localhost:9092/a` is meant as `http://localhost:9092/a`; everything else stays as it is. */
export const withScheme = (url: string) => (bareHost.test(url) ? `http://${url}` : url);
