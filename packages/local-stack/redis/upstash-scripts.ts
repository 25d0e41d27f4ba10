/**
 * Translates scripts for Redis. Upstash accepts a script that begins with Upstash's own flag,
 * `#!lua flags=allow-key-locking`. Redis does not, so this file removes that line. The changed
 * script has a different SHA, but clients still send the SHA of the original, so this file also
 * translates the SHA.
 */
import { createHash } from "node:crypto";
import type { Command } from "./connection.ts";

const UPSTASH_LINE = /^#!lua flags=allow-key-locking[^\n]*/;

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

export interface Scripts {
  /** Returns the command in the form that Redis accepts. */
  toRedis(command: Command): Command;
  /** Translates the SHA in Redis's reply to the SHA that the client computes. */
  toClient(sha: string): string;
}

export function createScripts(): Scripts {
  const ofRedis = new Map<string, string>();
  const ofClient = new Map<string, string>();

  const plain = (script: string): string => {
    if (!UPSTASH_LINE.test(script)) return script;
    // the removed flag leaves an empty line, so that the line numbers in error messages stay the
    // same
    const changed = script.replace(UPSTASH_LINE, "");
    ofRedis.set(sha1(script), sha1(changed));
    ofClient.set(sha1(changed), sha1(script));
    return changed;
  };
  const known = (sha: string) => ofRedis.get(sha.toLowerCase()) ?? sha;

  return {
    toRedis(command) {
      const [name = "", first = "", ...rest] = command;
      switch (name.toUpperCase()) {
        case "EVAL":
        case "EVAL_RO":
          return [name, plain(first), ...rest];
        case "EVALSHA":
        case "EVALSHA_RO":
          return [name, known(first), ...rest];
        case "SCRIPT":
          if (first.toUpperCase() === "LOAD") return [name, first, ...rest.map(plain)];
          if (first.toUpperCase() === "EXISTS") return [name, first, ...rest.map(known)];
          return command;
        default:
          return command;
      }
    },
    toClient: (sha) => ofClient.get(sha) ?? sha,
  };
}
