/**
 * Replaces one line of a dotenv file, without changing other lines and without printing the old
 * value.
 */
import { dirname } from "node:path";
import { parseEnv } from "node:util";
import { SettingsError } from "../project/project-settings.ts";

/** Matches values that need no quotes in a dotenv file. */
const PLAIN = /^[\w.,+/=:@-]+$/;

function lineOf(name: string, value: string): string {
  if (PLAIN.test(value)) return `${name}=${value}`;
  if (/['\n]/.test(value)) {
    throw new SettingsError(
      `${name} contains a single quote or a line break: set it in the file by hand.`,
    );
  }
  return `${name}='${value}'`;
}

/**
 * Returns the file's text after replacing the line that sets this name, or after adding such a line
 * at the end.
 * @throws SettingsError
 */
export function withLine(text: string, name: string, value: string): string {
  const ours = new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`);
  const lines = text.split("\n");
  const places = lines.flatMap((line, index) => ours.test(line) ? [index] : []);
  if (places.length > 1) {
    throw new SettingsError(`The file sets ${name} twice: keep one of the lines.`);
  }
  const line = lineOf(name, value) + (text.includes("\r\n") ? "\r" : "");
  if (places.length === 1) lines[places[0]!] = line;
  else if (lines.at(-1) === "") lines.splice(-1, 0, line);
  else lines.push(line, "");
  const changed = lines.join("\n");
  const before = parseEnv(text);
  const after = parseEnv(changed);
  // The value of another name may have several lines, and one of them may look like a line that
  // sets this name. Replacing that line would change the other name's value.
  const isWhole = Object.keys(before).every((other) =>
    other === name || before[other] === after[other]
  );
  if (!isWhole || after[name] !== value || before[name]?.includes("\n")) {
    throw new SettingsError(
      `${name} can't be replaced safely, because a value in the file may have several lines: ` +
        "replace it by hand.",
    );
  }
  return changed;
}

export async function readEnvText(file: string): Promise<string> {
  return await Deno.readTextFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw new SettingsError(`can't read ${file}: ${error.message}`);
  });
}

type Use = (draft: string, file: string) => Promise<void>;

async function withDraft(file: string, text: string, use: Use): Promise<void> {
  const draft = await Deno.makeTempFile({ dir: dirname(file), prefix: ".env-" });
  try {
    await Deno.writeTextFile(draft, text);
    await Deno.chmod(draft, 0o600);
    await use(draft, file);
  } catch (error) {
    await Deno.remove(draft);
    throw error;
  }
}

/**
 * Writes a temporary file, which only its owner can read, into the folder of `file`, and passes it
 * to `use`.
 */
async function draftBeside(file: string, text: string, use: Use): Promise<void> {
  const place = await Deno.realPath(file).catch(() => file);
  await withDraft(place, text, use).catch((error) => {
    throw new SettingsError(`can't write ${file}: ${error.message}`);
  });
}

/**
 * Replaces the file by one that only its owner can read. A symbolic link stays a link.
 * @throws SettingsError
 */
export async function writeEnvText(file: string, text: string): Promise<void> {
  await draftBeside(file, text, Deno.rename);
}

/**
 * Writes a temporary file into the folder of `file`, and removes it. This detects most causes of a
 * failed write.
 * @throws SettingsError
 */
export async function tryEnvText(file: string, text: string): Promise<void> {
  await draftBeside(file, text, (draft) => Deno.remove(draft));
}
