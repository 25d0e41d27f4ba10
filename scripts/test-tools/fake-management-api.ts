/**
 * Emulates the API that the Supabase CLI calls during a deployment. It is an HTTP server on
 * loopback that stores what the CLI sends. It accepts functions of any size, because the exact
 * limit of the platform is unknown.
 */
import { dirname } from "node:path";
import { z } from "zod";

/** The reference of a project that does not exist. References have 20 lowercase letters. */
export const PROJECT_REF = "farthingfarthingtest";

const metadata = z.object({ entrypoint_path: z.string(), verify_jwt: z.boolean().optional() });

export interface Upload {
  readonly name: string;
  /** The size of each uploaded file in bytes, by its path in the project. */
  readonly files: Readonly<Record<string, number>>;
  readonly metadata: z.output<typeof metadata>;
}

export interface ManagementApi {
  /** Environment variables that make the CLI call this server instead of the platform. */
  readonly environment: Readonly<Record<string, string>>;
  /** Each call as `METHOD path`, in the order of arrival. */
  readonly calls: string[];
  readonly uploads: Upload[];
  /** The names of the active functions. The last call of a deployment activates them. */
  readonly deployed: Set<string>;
  /** Values of the secrets, by name. */
  readonly secrets: Map<string, string>;
  /** The schemas that the data API exposes, as a comma-separated list. */
  exposed: string;
  /** A folder that contains each function's uploaded file, for `deno task start --bundles`. */
  readonly folder: string;
  close(): Promise<void>;
}

const secretList = z.array(z.object({ name: z.string(), value: z.string() }));
const postgrest = z.strictObject({ db_schema: z.string() });
const functionList = z.array(z.object({ slug: z.string() }));

function described(slug: string) {
  const now = Date.now();
  const times = { created_at: now, updated_at: now };
  return { id: crypto.randomUUID(), slug, name: slug, status: "ACTIVE", version: 1, ...times };
}

async function takeUpload(api: ManagementApi, slug: string, form: FormData): Promise<Response> {
  const about = metadata.parse(JSON.parse(String(form.get("metadata"))));
  const files: Record<string, number> = {};
  for (const file of form.getAll("file")) {
    if (typeof file === "string") continue;
    files[file.name] = file.size;
    const path = `${api.folder}/${file.name.replace(/^.*supabase\/functions\//, "")}`;
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, file.stream());
  }
  api.uploads.push({ name: slug, files, metadata: about });
  return Response.json(described(slug), { status: 201 });
}

async function answer(api: ManagementApi, request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const call = `${request.method} ${pathname}`;
  api.calls.push(call);
  const base = `/v1/projects/${PROJECT_REF}`;
  switch (call) {
    case `POST ${base}/functions/deploy`:
      return await takeUpload(api, searchParams.get("slug") ?? "", await request.formData());
    case `PUT ${base}/functions`: {
      const all = functionList.parse(await request.json());
      for (const { slug } of all) api.deployed.add(slug);
      return Response.json({ functions: all.map(({ slug }) => described(slug)) });
    }
    case `GET ${base}/functions`:
      return Response.json([...api.deployed].map(described));
    case `GET ${base}/postgrest`:
      return Response.json({ db_schema: api.exposed, max_rows: 1000 });
    case `PATCH ${base}/postgrest`:
      api.exposed = postgrest.parse(await request.json()).db_schema;
      return Response.json({ db_schema: api.exposed, max_rows: 1000 });
    case `GET ${base}/secrets`:
      return Response.json([...api.secrets.keys()].map((name) => ({ name, value: "digest" })));
    case `POST ${base}/secrets`:
      for (const { name, value } of secretList.parse(await request.json())) {
        api.secrets.set(name, value);
      }
      return new Response(null, { status: 201 });
    default:
      return Response.json({ message: "not found" }, { status: 404 });
  }
}

/** @param directory for uploaded files and for the CLI's own files */
export async function startManagementApi(directory: string): Promise<ManagementApi> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request): Promise<Response> => answer(api, request),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const profile = `${directory}/profile.json`;
  const about = { name: "test", api_url: url, dashboard_url: url, project_host: "localhost" };
  await Deno.writeTextFile(profile, JSON.stringify(about));
  const api: ManagementApi = {
    environment: {
      SUPABASE_PROFILE: profile,
      SUPABASE_HOME: `${directory}/home`,
      SUPABASE_ACCESS_TOKEN: `sbp_${"0".repeat(40)}`,
    },
    calls: [],
    uploads: [],
    deployed: new Set(),
    secrets: new Map(),
    exposed: "public,graphql_public",
    folder: `${directory}/functions`,
    close: () => server.shutdown(),
  };
  return api;
}
