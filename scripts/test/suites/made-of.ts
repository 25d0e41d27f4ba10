/** The files that the suites of the service depend on, as git's pathspecs. */

const without = (folders: readonly string[]) => folders.map((folder) => `:(exclude)${folder}`);

/**
 * Files that no test suite of the service reads: apps, UI blocks (registry/), infrastructure, texts
 * without tests, the packages' tests, commands that are tested only by unit tests and by their own
 * suite, and `.ci/passed`. That file names the commit to compare with. A new folder counts as part
 * of the service until it is added to this list.
 */
export const NOT_OF_SERVICE = [
  ...["apps", "examples", "registry", "registry.json", "packages/react"],
  ...["bench", "infra", ".github", ".githooks"],
  ...[
    "docs/decisions",
    "docs/images",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "LICENSE",
    ".ci/passed",
  ],
  ...["console", "costs", "example", "golive", "mutate", "screenshots", "terraform", "workflows"]
    .map((name) => `scripts/${name}`),
  ...["blocks", "blocks-on-stack", "client", "console", "examples", "golive", "react"]
    .map((name) => `tests/${name}`),
  "tests/thirteen-tasks",
];

/** The functions, the database, both emulators, and the tests, scripts and pages that use them. */
export const SERVICE: readonly string[] = [".", ...without([...NOT_OF_SERVICE, "supabase/tests"])];

/** The service, and the commands of a launch. The runbooks of a launch run these commands. */
export const SERVICE_AND_LAUNCH: readonly string[] = SERVICE.filter((path) =>
  !path.endsWith(")scripts/golive")
);

/**
 * The functions, the modules that they import, and every command and server that uploads or runs
 * the functions.
 */
const FUNCTIONS = [
  ...["supabase/functions", "supabase/config.toml", "packages", "scripts"],
  ...["deno.json", "deno.lock", ".ci/run"],
];

/** The files that the upload of the functions and its checks depend on. */
export const UPLOAD: readonly string[] = FUNCTIONS;

/** The files that the command `deno task deploy` and its checks depend on. */
export const DEPLOY_COMMAND: readonly string[] = [
  ...["command", "deploy", "project", "secrets", "supabase", "test", "test-tools"]
    .map((name) => `scripts/${name}`),
  ...["adapters/database", "contracts", "core", "generated", "resilience"]
    .map((name) => `supabase/functions/_shared/${name}`),
  ...["supabase/config.toml", "packages/command-line", "packages/local-stack"],
  ...["deno.json", "deno.lock"],
];

/** The functions with the helpers of their tests, for `unit` and for the hosted version of Deno. */
export const TESTED_FUNCTIONS: readonly string[] = [...FUNCTIONS, "tests/support/functions"];

/**
 * Everything that a page or a rate-limited request uses before it reaches the database: the
 * functions, the gateway, the client, and the programs in the docs.
 */
export const BEFORE_SQL: readonly string[] = [
  ...FUNCTIONS,
  ...["docs", "README.md", "tests/browser", "tests/business", "tests/limits", "tests/support"],
];

const SQL = ["schemas", "migrations", "tests"].map((name) => `supabase/${name}`);

/** Every file except the database's SQL and the tests of that SQL. */
export const NOT_SQL: readonly string[] = [".", ...without(SQL)];

/** The migrations, what applies them, and the tests in SQL. */
export const DATABASE: readonly string[] = [
  ...["supabase", ...without(["supabase/functions"])],
  ...["packages/command-line", "packages/local-stack", "deno.json", "deno.lock", ".ci/run"],
  ...["command", "schema", "supabase", "test", "test-tools"].map((name) => `scripts/${name}`),
];

/**
 * The database, and the functions' code that checks tokens. The suite `cli` runs that code with
 * keys and tokens that the CLI makes.
 */
export const CLI: readonly string[] = [
  ...DATABASE.filter((path) => !/^(?:supabase|:\(exclude\)supabase\/functions)$/.test(path)),
  ...SQL,
  ...[
    "config.toml",
    "farthing_seed.sql",
    "released.json",
    "uninstall.sql",
    "functions/.env.example",
  ].map((name) => `supabase/${name}`),
  ...["contracts", "core", "http/auth", "metrics", "resilience"]
    .map((name) => `supabase/functions/_shared/${name}`),
];
