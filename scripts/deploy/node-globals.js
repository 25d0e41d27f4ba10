/**
 * Part of the bundles: the globals of Node that packages expect. Deno 2.1.4 provides them only to
 * npm packages, and a bundle is not an npm package.
 */
export { Buffer } from "node:buffer";
export { default as process } from "node:process";
export { clearImmediate, setImmediate } from "node:timers";
