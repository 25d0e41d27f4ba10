/**
 * Finds UPDATE and DELETE statements without WHERE in database functions. The platform preloads
 * safeupdate for its REST role. It therefore refuses such statements, even inside a function that
 * an endpoint calls. The local stack does not refuse them. The functions are parsed with
 * PostgreSQL's own parsers, so a statement is found however it is written.
 */
import { loadModule, parsePlPgSQLSync, parseSync } from "libpg-query";
import type postgres from "postgres";

type Fields = Record<string, unknown>;

/** Yields every node of a parse tree with the node's name, from the top down. */
function* nodesOf(tree: unknown): Generator<[string, Fields]> {
  if (typeof tree !== "object" || tree === null) return;
  for (const [name, value] of Object.entries(tree)) {
    if (typeof value === "object" && !Array.isArray(value)) yield [name, value as Fields];
    yield* nodesOf(value);
  }
}

function* fieldsNamed(tree: unknown, ...names: string[]): Generator<Fields> {
  for (const [name, fields] of nodesOf(tree)) if (names.includes(name)) yield fields;
}

function writesIn(tree: unknown): string[] {
  const writes: string[] = [];
  for (const [name, { relation, whereClause }] of nodesOf(tree)) {
    if (!["UpdateStmt", "DeleteStmt"].includes(name) || whereClause) continue;
    const { schemaname, relname } = relation as { schemaname?: string; relname: string };
    const table = schemaname === undefined ? relname : `${schemaname}.${relname}`;
    writes.push(`${name === "UpdateStmt" ? "update" : "delete from"} ${table}`);
  }
  return writes;
}

/**
 * Returns the SQL text that an EXECUTE runs; undefined if the expression is neither a literal nor
 * `format` with a literal. A placeholder of `format` is replaced by a sample name or value.
 */
function literalOf(expression: string): string | undefined {
  const [target] = fieldsNamed(parseSync(`select ${expression}`), "ResTarget");
  const value = target?.val as {
    A_Const?: Fields;
    FuncCall?: { funcname: unknown; args: unknown };
  };
  const isFormat = JSON.stringify(value?.FuncCall?.funcname)?.includes('"format"');
  const [first] = fieldsNamed(isFormat ? (value.FuncCall?.args as unknown[])?.[0] : value, "sval");
  const isWhole = value?.A_Const !== undefined || isFormat;
  if (!isWhole || typeof first?.sval !== "string") return undefined;
  return first.sval.replace(/%(?:\d+\$)?([IsL%])/g, (_, kind) => kind === "L" ? "'x'" : "x");
}

function writesInDynamic(expression: string): string[] {
  try {
    const text = literalOf(expression);
    if (text !== undefined) return writesIn(parseSync(text));
  } catch {
    // The parser refuses this text, so the EXECUTE is reported below.
  }
  return [`execute ${expression}: this check can read only a literal, or format() with a literal`];
}

/**
 * The parser's number for text that is a complete statement. The other numbers mean expressions and
 * assignments, which can't write.
 */
const STATEMENT = 0;

function writesInPlpgsql(definition: string): string[] {
  // The parser knows only PostgreSQL's own types. It would treat an array of any other type as a
  // record and refuse it, so such a type is replaced by text[].
  const tree = parsePlPgSQLSync(definition.replace(/\b\w+\.\w+\[\]/g, "text[]"));
  const dynamic = [
    ...fieldsNamed(tree, "PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors"),
  ].map(({ query }) => query);
  for (const { dynquery } of fieldsNamed(tree, "PLpgSQL_stmt_return_query", "PLpgSQL_stmt_open")) {
    if (dynquery) dynamic.push(dynquery);
  }
  const queryOf = (expression: unknown) =>
    String([...fieldsNamed(expression, "PLpgSQL_expr")][0]?.query);
  const statements = [...fieldsNamed(tree, "PLpgSQL_expr")]
    .filter(({ parseMode }) => (parseMode ?? STATEMENT) === STATEMENT)
    .map(({ query }) => String(query));
  return [
    ...statements.flatMap((statement) => writesIn(parseSync(statement))),
    ...dynamic.flatMap((expression) => writesInDynamic(queryOf(expression))),
  ];
}

function optionOf(create: Fields, name: string): unknown {
  return [...fieldsNamed(create.options, "DefElem")].find(({ defname }) => defname === name)?.arg;
}

/**
 * Returns the UPDATEs and DELETEs without WHERE in a function, such as `update farthing.policy`.
 * @param definition the function's CREATE statement
 */
export async function writesWithoutWhere(definition: string): Promise<string[]> {
  await loadModule();
  const tree = parseSync(definition);
  const [create = {}] = fieldsNamed(tree, "CreateFunctionStmt");
  const language = [...fieldsNamed(optionOf(create, "language"), "String")][0]?.sval;
  if (language === "plpgsql") return writesInPlpgsql(definition);
  const [body] = fieldsNamed(optionOf(create, "as"), "String");
  return [
    ...writesIn(tree),
    ...(language === "sql" && body ? writesIn(parseSync(String(body.sval))) : []),
  ];
}

/**
 * Returns the functions of a project that write without WHERE. Checks only functions that
 * `postgres` owns, and leaves out the functions of pgTAP.
 */
export async function functionsThatWriteAll(sql: postgres.Sql): Promise<string[]> {
  const functions = await sql<{ title: string; definition: string }[]>`
    select p.oid::regprocedure::text as title, pg_get_functiondef(p.oid) as definition
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where p.proowner = 'postgres'::regrole and p.prokind in ('f', 'p') and n.nspname <> 'extensions'
       and n.nspname !~ '^pg_' order by 1`;
  if (functions.length === 0) throw new Error("the database has no functions to check");
  const found: string[] = [];
  for (const { title, definition } of functions) {
    const writes = await writesWithoutWhere(definition);
    found.push(...writes.map((write) => `${title}: ${write}`));
  }
  return found;
}
