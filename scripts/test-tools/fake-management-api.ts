/**
 * What the Supabase CLI talks to when it deploys: a real HTTP server on loopback that keeps what it is sent.
 * It refuses nothing by its size, for nobody here knows where the platform does.
 */
import { dirname } from "node:path";
import { z } from "zod";

/** A project of its own; references are 20 lowercase letters. */
export const PROJECT_REF = "farthingfarthingtest";

const metadata = z.object({ entrypoint_path: z.string(), verify_jwt: z.boolean().optional() });

export interface Upload {
  readonly name: string;
  /** What was sent, by its path in the project. */
  readonly files: Readonly<Record<string, number>>;
  readonly metadata: z.output<typeof metadata>;
}

export interface ManagementApi {
  /** Makes the CLI take this for the platform. */
  readonly environment: Readonly<Record<string, string>>;
  /** `METHOD path`, in the order they came. */
  readonly calls: string[];
  readonly uploads: Upload[];
  /** Functions that an upload was made to count for, as the last call of a deployment does. */
  readonly deployed: Set<string>;
  /** By name, as they were set. */
  readonly secrets: Map<string, string>;
  /** What the data API exposes, as the platform's settings say it. */
  exposed: string;
  /** Each function's file, where `deno task start --functions` finds it. */
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

/** @param directory for what it is sent, and the CLI's own files */
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
