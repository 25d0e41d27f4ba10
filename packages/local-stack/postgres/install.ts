/**
 * Prepares a private copy of PostgreSQL's files, once for each state of the installed files. The
 * copy adds the library links, the emulators of Supabase's extensions, and permissions for the
 * server's account. The copy keeps the relative positions of the original directories, because
 * PostgreSQL finds lib and share relative to its binary.
 */
import { createHash } from "node:crypto";
import { basename, dirname, join, relative } from "node:path";
import { type Account, giveTo } from "./server-account.ts";
import { cacheRoot } from "./directories.ts";
import type { Source } from "./find-postgres.ts";

/** A prepared copy of PostgreSQL, with its binaries in the directory `bin`. */
export interface Install {
  source: Source;
  bin: string;
}

const PROGRAMS = ["postgres", "initdb", "pg_ctl"];
const EMULATORS = new URL("./extensions/", import.meta.url);
/**
 * Extensions that the role `postgres` may create on Supabase without being a superuser. There,
 * supautils runs their scripts as supabase_admin. In the local stack, the entry `trusted` in an
 * extension's control file has the same effect. The emulators' control files already have this
 * entry; install.ts adds it for these extensions.
 */
const TRUSTED = ["plpgsql_check"];

async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  const { success, stderr } = await new Deno.Command("cp", {
    args: ["-RL", `${from}/.`, to],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

function emulatorFiles(source: Source): string[] {
  const names = [...Deno.readDirSync(EMULATORS)].map((entry) => entry.name).sort();
  return names.filter((name) => !(source.hasCron && name.startsWith("pg_cron")));
}

function fingerprint(source: Source): string {
  const hash = createHash("sha256").update(source.bin).update(TRUSTED.join());
  for (const name of emulatorFiles(source)) {
    hash.update(Deno.readFileSync(new URL(name, EMULATORS)));
  }
  // The copy's fingerprint includes the list of extensions, because the operating system's package
  // manager adds and removes extensions.
  const extensions = [...Deno.readDirSync(join(source.share, "extension"))].map(({ name }) => name);
  hash.update(extensions.sort().join());
  const { mtime, size } = Deno.statSync(join(source.bin, "postgres"));
  return hash.update(`${mtime?.getTime()} ${size}`).digest("hex").slice(0, 12);
}

async function makeLinks(source: Source, lib: string): Promise<void> {
  for (const link of source.links) {
    const target = join(lib, basename(link.target));
    const from = relative(dirname(link.target), link.source);
    await Deno.symlink(from, target).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
  }
}

/**
 * Returns the paths inside the copy. Debian's binaries are compiled for Debian's layout, so their
 * copy has the same layout.
 */
function layout(source: Source): { bin: string; lib: string; share: string } {
  if (source.flavour === "embedded") return { bin: "bin", lib: "lib", share: "share/postgresql" };
  const root = `lib/postgresql/${source.version}`;
  return { bin: `${root}/bin`, lib: `${root}/lib`, share: `share/postgresql/${source.version}` };
}

async function trustExtensions(directory: string): Promise<void> {
  for (const name of TRUSTED) {
    const control = join(directory, `${name}.control`);
    const text = await Deno.readTextFile(control).catch(() => undefined);
    if (text !== undefined) await Deno.writeTextFile(control, `${text}\ntrusted = true\n`);
  }
}

async function build(source: Source, into: string): Promise<void> {
  const at = layout(source);
  await Deno.mkdir(join(into, at.bin), { recursive: true });
  for (const program of PROGRAMS) {
    await Deno.copyFile(join(source.bin, program), join(into, at.bin, program));
    await Deno.chmod(join(into, at.bin, program), 0o755);
  }
  await copyTree(source.share, join(into, at.share));
  if (source.flavour === "system") {
    await Deno.symlink(source.lib, join(into, at.lib));
  } else {
    await copyTree(source.lib, join(into, at.lib));
    await makeLinks(source, join(into, at.lib));
  }
  const extensions = join(into, at.share, "extension");
  for (const name of emulatorFiles(source)) {
    await Deno.writeFile(join(extensions, name), await Deno.readFile(new URL(name, EMULATORS)));
  }
  await trustExtensions(extensions);
}

/** Prepares the copy if it is missing; several processes can safely do so at once. */
export async function install(source: Source, account: Account): Promise<Install> {
  const name = `postgres-${source.flavour}-${source.version}-${fingerprint(source)}`;
  const home = join(cacheRoot(account), name);
  const bin = join(home, layout(source).bin);
  const there = await Deno.stat(join(bin, "postgres")).then(() => true, () => false);
  if (there) return { source, bin };
  await Deno.mkdir(cacheRoot(account), { recursive: true });
  const draft = await Deno.makeTempDir({ dir: cacheRoot(account), prefix: `${name}.` });
  try {
    await build(source, draft);
    await giveTo(draft, account);
    await Deno.chmod(draft, 0o755);
    await Deno.rename(draft, home);
  } catch (error) {
    await Deno.remove(draft, { recursive: true });
    const lost = await Deno.stat(join(bin, "postgres")).then(() => true, () => false);
    if (!lost) throw error; // another process was first, and its copy is equivalent
  }
  return { source, bin };
}
