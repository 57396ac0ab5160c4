/** The controller has no file for whoever runs with this. */
const NO_FILES = `const others = globalThis.fetch;
globalThis.fetch = async (url, options) =>
  String(url).includes("/api/v1/files/") ? new Response(null, { status: 404 }) : others(url, options);`;

/** For NODE_OPTIONS of a worker. */
export const withoutFiles = `--import=data:text/javascript,${encodeURIComponent(NO_FILES)}`;
