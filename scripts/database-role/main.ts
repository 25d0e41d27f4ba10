/**
 * `deno task database:role`: creates the role for a pooled connection, and writes the connection's
 * URL to a dotenv file.
 */
import { parseArgs } from "node:util";
import postgres from "postgres";
import pc from "picocolors";
import { readEnvText, tryEnvText, withLine, writeEnvText } from "../secrets/env-line.ts";
import { SettingsError } from "../project/project-settings.ts";
import { print, printError, taskArguments } from "@farthing/command-line";
import { isThere, makeRole, newPassword, poolUrlOf, ROLE } from "./role.ts";

const USAGE = `Usage: deno task database:role [options]

Makes the role ${ROLE}, which may call the database's functions and nothing else. If the
role exists, grants it the functions that an upgrade has added. With --write, the role gets a new
password, and its URL is written to the file. The password is never shown, and the database gets only
its hash.

  --write FILE   set a new password, and write DATABASE_POOL_URL to this dotenv file
  --help         this text

DEPLOY_DATABASE_URL is the URL with which the database's owner connects, with the password: in the
dashboard, Connect, Transaction pooler. It is a variable and not a flag, because other users of the
machine can read flags.`;

function readArguments(args: string[]) {
  const options = {
    write: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  } as const;
  return parseArgs({ args: taskArguments(args), options }).values;
}

/** @throws SettingsError whose message does not contain the URL: the URL may contain a password */
function ownerUrl(): string {
  const text = Deno.env.get("DEPLOY_DATABASE_URL") ?? "";
  if (URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)) return text;
  throw new SettingsError(
    "Set DEPLOY_DATABASE_URL to a postgresql:// URL of the database's owner.",
  );
}

/**
 * Connects with encryption, unless the URL chooses an sslmode or the database is on this machine.
 */
function connect(url: string): postgres.Sql {
  const { searchParams, hostname } = new URL(url);
  const isLocal = hostname === "localhost" || hostname === "127.0.0.1";
  const ssl = searchParams.has("sslmode") || isLocal ? {} : { ssl: "require" as const };
  return postgres(url, { max: 1, prepare: false, onnotice: () => {}, ...ssl });
}

async function main(): Promise<void> {
  const { write: file, help } = readArguments(Deno.args);
  if (help) return print(USAGE);
  const url = ownerUrl();
  const sql = connect(url);
  try {
    if (file === undefined) {
      if (!await isThere(sql)) {
        throw new SettingsError(
          `There is no role ${ROLE} yet. Add --write FILE: the command then creates the role, and ` +
            "writes DATABASE_POOL_URL to FILE.",
        );
      }
      await makeRole(sql);
      return print(
        pc.green(
          `${ROLE} may call every RPC function that the functions call; its password is unchanged.`,
        ),
      );
    }
    const password = newPassword();
    const text = withLine(await readEnvText(file), "DATABASE_POOL_URL", poolUrlOf(url, password));
    // Tests first that the file can be written. If the write failed after the role got the new
    // password, the password would be lost.
    await tryEnvText(file, text);
    await makeRole(sql, password);
    await writeEnvText(file, text);
    print(pc.green(`${ROLE} has a new password; DATABASE_POOL_URL is in ${file}.`));
  } finally {
    await sql.end();
  }
}

try {
  await main();
} catch (error) {
  const isUsage = error instanceof TypeError && "code" in error;
  const isTold = error instanceof SettingsError || error instanceof postgres.PostgresError;
  if (!isUsage && !isTold) throw error;
  printError(isUsage ? `${pc.red(error.message)}\n\n${USAGE}` : pc.red((error as Error).message));
  Deno.exit(1);
}
