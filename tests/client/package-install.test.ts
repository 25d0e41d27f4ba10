/**
 * The READMEs' commands install the packages in an app outside the repository, as a new user does.
 * With `engine_strict`, npm refuses a package that excludes the installed Node.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { type PackageName, PACKAGES } from "../../scripts/client/build.ts";
import { blocksIn } from "../support/project/printed-snippets.ts";
import { packTarballs, succeeds } from "./packed.ts";

const BUILD = "npx -y deno@2.9.6 task client:build";
const readmeOf = (name: PackageName) => `packages/${name}/README.md`;

const STACK_ENV = "SUPABASE_URL=u\nSUPABASE_PUBLISHABLE_KEY=p\nSUPABASE_SECRET_KEY=s\n";
/** The variables that a browser page needs: those of STACK_ENV without the secret key. */
const PAGE_ENV = "VITE_SUPABASE_URL=u\nVITE_SUPABASE_PUBLISHABLE_KEY=p\n";

/** The modules that an app imports, each with one of its functions. */
const IMPORTS: Readonly<Record<PackageName, Readonly<Record<string, string>>>> = {
  client: {
    "@farthing/client": "createFarthing",
    "@farthing/client/server": "createFarthingServer",
  },
  react: { "@farthing/react": "useCredits" },
  ai: { "@farthing/ai/meter": "createMetering", "@farthing/ai": "creditsMiddleware" },
};

/** Returns the shell commands that a docs page prints, one for each printed line. */
async function commandsOf(page: string): Promise<string[]> {
  const blocks = (await blocksIn(page)).filter(({ language }) => language === "sh");
  return blocks.flatMap(({ code }) => code.trimEnd().split("\n"));
}

/** Installs with the printed command, and imports the package in the installed Node. */
async function installs(name: PackageName, home: string): Promise<void> {
  const app = `${home}/${name}-app`;
  await Deno.mkdir(app);
  await Deno.writeTextFile(`${app}/package.json`, `{ "type": "module", "private": true }`);
  const [build, install = "", ...more] = await commandsOf(readmeOf(name));
  equal(build, BUILD);
  match(install, /^npm install \.\.\/farthing\/\.farthing\//);
  const env = {
    npm_config_prefer_offline: "true",
    npm_config_audit: "false",
    npm_config_fund: "false",
    // As the README says, version 7 of the AI SDK excludes Node 20. Its installation must therefore
    // not be strict.
    npm_config_engine_strict: String(!/ ai@7$/.test(install)),
  };
  await succeeds("sh", ["-c", install], { cwd: app, env });
  for (const command of more) await succeeds("sh", ["-ec", command], { cwd: app });
  if (more.length > 0) equal(await Deno.readTextFile(`${app}/.env`), PAGE_ENV);
  const lines = Object.entries(IMPORTS[name]).map(([module, given]) =>
    `console.log(typeof (await import("${module}")).${given});`
  );
  await Deno.writeTextFile(`${app}/main.js`, lines.join("\n"));
  const said = await succeeds("node", ["main.js"], { cwd: app });
  equal(said, "function\n".repeat(lines.length));
}

Deno.test("the READMEs' commands install the packages outside the repository", async (test) => {
  const home = await Deno.makeTempDir({ prefix: "farthing-install-" });
  try {
    const farthing = `${home}/farthing/.farthing`;
    await Deno.mkdir(farthing, { recursive: true });
    await Deno.writeTextFile(`${farthing}/stack.env`, STACK_ENV);
    await packTarballs(PACKAGES, farthing);
    for (const name of PACKAGES) await test.step(name, () => installs(name, home));
    await test.step("the blocks' page has the hooks' command", async () => {
      const [, install] = await commandsOf(readmeOf("react"));
      const page = await commandsOf("docs/recipes/add-the-blocks.md");
      deepEqual([page[0], page.find((line) => line.startsWith("npm "))], [BUILD, install]);
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
