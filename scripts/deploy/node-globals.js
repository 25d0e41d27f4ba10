/**
 * Part of the bundles: the globals of Node that packages expect. Deno 2.1.4 provides them only to
 * npm packages, and code in a bundle no longer is one.
 */
export { Buffer } from "node:buffer";
export { default as process } from "node:process";
export { clearImmediate, setImmediate } from "node:timers";
