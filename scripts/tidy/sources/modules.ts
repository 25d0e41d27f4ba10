/**
 * Builds the graph of imports: the modules of the repository, what they export, and which modules
 * use each export.
 */
import ts from "typescript";
import { dirname, join, normalize } from "node:path/posix";
import { isTest, isTypeScript, lineOf, type Source, syntaxOf, walk } from "./source.ts";

interface Export {
  name: string;
  line: number;
  /**
   * Whether the export is an interface or a type alias. Other exports of the module may mention it.
   */
  type: boolean;
}

export interface Module {
  source: Source;
  exports: Export[];
  /** Maps a name to the modules that import it. "*" stands for all names. */
  users: Map<string, Set<Module>>;
  /**
   * Whether something other than an import uses the module: a task, a path in a string, or a tool's
   * convention.
   */
  entry: boolean;
  /** Whether a deno.json gives this module a name that other code can import. */
  named: boolean;
}

/** Returns whether a module is test code, or exists only for test code or benchmarks. */
export function servesTests({ source }: Module): boolean {
  return isTest(source) || /(?:^|\/)(?:tests|testing|bench)\//.test(source.path);
}

const CONVENTIONAL_ENTRIES =
  /\.test\.tsx?$|\.config\.ts$|\.d\.ts$|^supabase\/functions\/[^_/][^/]*\/(?:index|app)\.ts$/;

interface DenoConfig {
  name?: string;
  exports?: string | Record<string, string>;
  imports?: Record<string, string>;
}

/**
 * Returns the import names that a package offers, each with its file: `"@farthing/client"` for
 * `./mod.ts`, `"@farthing/client/server"` for `./server.ts`, and so on.
 */
function exportedNames({ name, exports }: DenoConfig): [string, string][] {
  if (name === undefined || exports === undefined) return [];
  const paths = typeof exports === "string" ? { ".": exports } : exports;
  return Object.entries(paths).map(([path, to]) => [join(name, path), to]);
}

/**
 * Maps each import name in a deno.json to its path: `"@farthing/local-stack"` to
 * `packages/local-stack/mod.ts`, and `"#support/"` to a folder.
 */
function aliasesOf(sources: Source[]): Map<string, string> {
  const aliases = new Map<string, string>();
  for (
    const { path, text } of sources.filter((source) => /(?:^|\/)deno\.json$/.test(source.path))
  ) {
    const config = JSON.parse(text) as DenoConfig;
    const names = [...Object.entries(config.imports ?? {}), ...exportedNames(config)];
    for (const [name, to] of names) {
      if (/^\.{1,2}\//.test(to)) aliases.set(name, normalize(join(dirname(path), to)));
    }
  }
  return aliases;
}

function isExported(node: ts.Node): boolean {
  return ts.canHaveModifiers(node) &&
    !!ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

function namesIn(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) =>
    ts.isBindingElement(element) ? namesIn(element.name) : []
  );
}

/**
 * Returns the names that a statement exports; none for a default export or `export *`, because they
 * contain no name.
 */
function exportsOf(statement: ts.Statement): Export[] {
  if (ts.isExportDeclaration(statement)) {
    const clause = statement.exportClause;
    if (!clause || !ts.isNamedExports(clause)) return [];
    return clause.elements.map(({ name }) => ({
      name: name.text,
      line: lineOf(name),
      type: false,
    }));
  }
  if (!isExported(statement)) return [];
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => namesIn(name))
      .map((name) => ({ name: name.text, line: lineOf(name), type: false }));
  }
  const type = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
  const { name } = statement as ts.DeclarationStatement;
  return name && ts.isIdentifier(name) ? [{ name: name.text, line: lineOf(name), type }] : [];
}

/** Returns the names that an import or a re-export uses from the imported module. */
function namesTaken(node: ts.ImportDeclaration | ts.ExportDeclaration): string[] {
  const bindings = ts.isImportDeclaration(node)
    ? node.importClause?.namedBindings
    : node.exportClause;
  if (bindings && (ts.isNamedImports(bindings) || ts.isNamedExports(bindings))) {
    return bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
  }
  return bindings || ts.isExportDeclaration(node) ? ["*"] : [];
}

/**
 * Returns the names that a dynamic import uses: `a` for `const { a } = await
 * import("./source.ts")`. Any other dynamic import uses all names.
 */
function namesOfDynamicImport(call: ts.CallExpression): string[] {
  let declaration: ts.Node = call.parent;
  while (ts.isAwaitExpression(declaration) || ts.isAsExpression(declaration)) {
    declaration = declaration.parent;
  }
  if (!ts.isVariableDeclaration(declaration) || !ts.isObjectBindingPattern(declaration.name)) {
    return ["*"];
  }
  return declaration.name.elements.map(({ name, propertyName }) =>
    (propertyName ?? name).getText()
  );
}

class Graph {
  readonly modules: Map<string, Module>;
  readonly #aliases: Map<string, string>;

  constructor(sources: Source[]) {
    this.#aliases = aliasesOf(sources);
    const named = new Set(this.#aliases.values());
    this.modules = new Map(
      sources.filter(isTypeScript).map((source) => [source.path, {
        source,
        exports: syntaxOf(source).statements.flatMap(exportsOf),
        users: new Map(),
        entry: CONVENTIONAL_ENTRIES.test(source.path),
        named: named.has(source.path),
      }]),
    );
    for (const module of this.modules.values()) this.#follow(module);
    for (
      const source of sources.filter((each) => !isTypeScript(each) && !each.path.endsWith(".md"))
    ) {
      for (const [path] of source.text.matchAll(/[\w./-]+\.tsx?\b/g)) this.#enter(source, path);
    }
  }

  #find(from: Source, specifier: string): Module | undefined {
    const folder = [...this.#aliases].find(([name]) =>
      name.endsWith("/") && specifier.startsWith(name)
    );
    const path = this.#aliases.get(specifier) ??
      (folder && folder[1] + specifier.slice(folder[0].length)) ??
      normalize(join(dirname(from.path), specifier));
    return this.modules.get(path);
  }

  #use(user: Module, specifier: ts.Node | undefined, names: string[]): void {
    if (!specifier || !ts.isStringLiteral(specifier)) return;
    const target = this.#find(user.source, specifier.text);
    for (const name of names) {
      const users = target?.users.get(name) ?? new Set();
      target?.users.set(name, users.add(user));
    }
  }

  /**
   * If a task or a string contains the path of a module, marks that module as an entry, because
   * something runs it.
   */
  #enter(from: Source, path: string): Module | undefined {
    const target = this.#find(from, path) ?? this.modules.get(normalize(path));
    if (target) target.entry = true;
    return target;
  }

  #follow(module: Module): void {
    const written = new Set<Module>();
    const takenLate: string[] = [];
    this.#walk(module, written, takenLate);
    // The path in `import(url)` is not known. It may be any path that is a string in the same file.
    // So the imported names count as used in each module that such a path leads to.
    for (const { users } of written) {
      for (const name of takenLate) users.set(name, (users.get(name) ?? new Set()).add(module));
    }
  }

  #walk(module: Module, written: Set<Module>, takenLate: string[]): void {
    walk(syntaxOf(module.source), (node) => {
      if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
        this.#use(module, node.moduleSpecifier, namesTaken(node));
        if (node.moduleSpecifier) this.#use(module, node.moduleSpecifier, [""]);
      } else if (
        ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
      ) {
        const [specifier] = node.arguments;
        if (!specifier || ts.isStringLiteral(specifier)) {
          this.#use(module, specifier, namesOfDynamicImport(node));
        } else takenLate.push(...namesOfDynamicImport(node));
      } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
        this.#use(module, node.argument.literal, [node.qualifier?.getText() ?? "*"]);
      } else if (ts.isStringLiteral(node) && /\.tsx?$/.test(node.text) && !isImportOf(node)) {
        const target = this.#enter(module.source, node.text);
        if (target) written.add(target);
      }
    });
  }
}

function isImportOf({ parent }: ts.StringLiteral): boolean {
  return ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) ||
    ts.isLiteralTypeNode(parent) ||
    (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword);
}

/** Returns the specifiers of a file's imports, as written, including type imports. */
export function importsOf(source: Source): ts.StringLiteral[] {
  const found: ts.StringLiteral[] = [];
  walk(syntaxOf(source), (node) => {
    if (ts.isStringLiteral(node) && isImportOf(node)) found.push(node);
  });
  return found;
}

export function modulesOf(sources: Source[]): Module[] {
  return [...new Graph(sources).modules.values()];
}

/**
 * Returns the line of `user` that imports `target`. Returns 1 if the import uses a name from a
 * deno.json.
 */
export function lineOfImport(user: Module, target: Module): number {
  const name = target.source.path.slice(target.source.path.lastIndexOf("/"));
  return user.source.lines.findIndex((line) => line.includes(`${name}"`)) + 1 || 1;
}
