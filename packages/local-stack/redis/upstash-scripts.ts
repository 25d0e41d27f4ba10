/**
 * Upstash takes scripts that begin with a flag of its own, `#!lua flags=allow-key-locking`, which Redis
 * refuses. The line goes, the script becomes another, and so does its SHA: clients name it by theirs.
 */
import { createHash } from "node:crypto";
import type { Command } from "./connection.ts";

const UPSTASH_LINE = /^#!lua flags=allow-key-locking[^\n]*/;

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

export interface Scripts {
  /** The command as Redis takes it. */
  toRedis(command: Command): Command;
  /** The SHA that the client computes, where Redis answers with that of the changed script. */
  toClient(sha: string): string;
}

export function createScripts(): Scripts {
  const ofRedis = new Map<string, string>();
  const ofClient = new Map<string, string>();

  const plain = (script: string): string => {
    if (!UPSTASH_LINE.test(script)) return script;
    const changed = script.replace(UPSTASH_LINE, ""); // the empty line keeps the numbers of the others
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
