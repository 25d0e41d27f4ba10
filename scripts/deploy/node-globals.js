/**
 * Part of the bundles: what Node gives packages by name. Deno 2.1.4 gives it to packages of npm alone, and a
 * package in a bundle is none any more.
 */
export { Buffer } from "node:buffer";
export { default as process } from "node:process";
export { clearImmediate, setImmediate } from "node:timers";
