/**
 * Serves a built console as a static host would. Also serves `farthing.json`, which contains the
 * address and the publishable key of this stack.
 */
import { Hono } from "hono";
import { serveStatic } from "hono/deno";
import { secureHeaders } from "hono/secure-headers";

export interface ConsoleProject {
  readonly url: string;
  readonly publishableKey: string;
}

interface ConsoleOptions {
  /** The folder with the built console. The console can be built while this server runs. */
  readonly dir: string;
  readonly project: ConsoleProject;
}

const NOT_BUILT = "The console is not built yet. Run `deno task console build`, and reload.\n";

/**
 * The content security policy that a static host would send: the page may load only its own files,
 * and call only its project.
 */
const policyOf = ({ url }: ConsoleProject) => ({
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", "data:"],
  connectSrc: ["'self'", url],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
});

export function staticConsole({ dir, project }: ConsoleOptions): Hono {
  return new Hono()
    .use(
      secureHeaders({ contentSecurityPolicy: policyOf(project), strictTransportSecurity: false }),
    )
    .get("/farthing.json", (context) => context.json(project))
    .get("*", serveStatic({ root: dir }))
    .get("/", (context) => context.text(NOT_BUILT, 503));
}
