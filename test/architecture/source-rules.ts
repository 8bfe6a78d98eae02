// The rules every file of src/ keeps, as functions from the text of files to sentences about what breaks them.
import { parseAst } from "vitest/node";

export interface SourceFile {
  /** Relative to src/, with `/` between folders. */
  readonly path: string;
  readonly text: string;
}

// What each layer may import besides itself. `node:` stands for every built-in module of Node.
// A layer that is not a row does not exist: a new folder of src/ starts here.
const LAYERS = new Map<string, readonly string[]>([
  ["input", []],
  ["protocol", ["input"]],
  ["contract", ["input"]],
  ["node", ["node:", "protocol", "input"]],
  ["cluster", ["node", "protocol", "input"]],
  ["manager", ["cluster", "node", "protocol", "contract", "input"]],
  ["brokers", ["cluster", "input"]],
  ["client", ["contract"]],
  ["react", ["client", "react"]],
  ["testing", ["node", "protocol"]],
  ["cli", ["node:", "node", "protocol", "input"]],
  // src/index.ts, the entry point `plainsocket`
  ["", ["node", "protocol"]],
]);

const NAMELESS = new Set(["utils", "util", "helpers", "helper", "types", "common", "misc"]);

// What compiles under the `lib` of the protocol layer and yet is time, chance, I/O or a promise.
const IMPURE = new Set(["Date", "Promise", "RegExp", "WeakRef", "FinalizationRegistry", "Atomics"]);

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

/** Finds imports that point from one layer to another it must not know, or past the door of a layer. */
export function findLayerBreaches({ path, text }: SourceFile): string[] {
  const layerName = layerOf(path);
  const layer = LAYERS.get(layerName);
  if (layer === undefined) return [`${path}: "${layerName}" is not a layer`];
  return importsOf(text).flatMap((specifier) => {
    const breach = judgeImport(path, layerName, layer, specifier);
    return breach === undefined ? [] : [`${path}: ${breach}`];
  });
}

function judgeImport(
  path: string,
  layerName: string,
  layer: readonly string[],
  specifier: string | undefined,
): string | undefined {
  if (specifier === undefined) return "import() of a name that is only known at run time";
  const { target, entry } = resolve(path, specifier);
  if (target === layerName && entry !== undefined) {
    return specifier.endsWith(".js") ? undefined : `"${specifier}" must end in .js`;
  }
  if (!layer.includes(target)) return `must not import "${specifier}"`;
  // Its import opens stdin, stdout and stderr; the global opens each when it is asked for.
  if (specifier === "node:process" && layerName !== "cli") return "must use the global process";
  if (entry !== undefined && entry !== "index.js") {
    return `must enter "${target}" by its index.js, not by "${specifier}"`;
  }
  return undefined;
}

/** The layer that `specifier` leads to, or the package; `entry` is the path inside the layer. */
function resolve(path: string, specifier: string): { target: string; entry?: string } {
  if (specifier.startsWith("node:")) return { target: "node:" };
  if (!specifier.startsWith(".")) return { target: specifier };
  const resolved = pathOf(path, specifier);
  const target = layerOf(resolved);
  return { target, entry: target === "" ? resolved : resolved.slice(target.length + 1) };
}

/** What a file means by a relative path, below src/. */
function pathOf(path: string, specifier: string): string {
  const segments = path.split("/").slice(0, -1);
  for (const segment of specifier.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== ".") segments.push(segment);
  }
  return segments.join("/");
}

function layerOf(path: string): string {
  const end = path.indexOf("/");
  if (end !== -1) return path.slice(0, end);
  return path.startsWith("index.") ? "" : path;
}

/** Finds what a door (`index.ts`) holds besides re-exports by name. */
export function findDoorBreaches({ path, text }: SourceFile): string[] {
  if (path !== "index.ts" && !path.endsWith("/index.ts")) return [];
  return statementsOf(text)
    .filter((node) => !isReExport(node, path))
    .map((node) => `${path}:${lineOf(text, node)}: a door only re-exports by name`);
}

/** By name, or all of a door further inside, which lists the names itself. */
function isReExport(node: SyntaxNode, path: string): boolean {
  const source = node["source"];
  if (node.type === "ExportNamedDeclaration") return isNode(source);
  if (node.type !== "ExportAllDeclaration" || path === "index.ts") return false;
  return (
    isNode(source) &&
    node["exported"] === null &&
    /^\.\/.*\/index\.js$/.test(String(source["value"]))
  );
}

/** Finds files whose names say nothing. How long a file may be is in the linter's configuration. */
export function findNameBreaches({ path }: SourceFile): string[] {
  const breaches: string[] = [];
  for (const name of path.replace(/(\.d)?\.tsx?$/, "").split("/")) {
    if (NAMELESS.has(name)) breaches.push(`${path}: "${name}" does not say what is in it`);
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
      breaches.push(`${path}: "${name}" is not in kebab-case`);
    }
  }
  return breaches;
}

/** Finds default exports, `private` instead of `#`, private accessors, and casts that give no reason. */
export function findSyntaxBreaches({ path, text }: SourceFile): string[] {
  const lines = text.split("\n");
  return nodesOf(text).flatMap((node) => {
    const line = lineOf(text, node);
    const breach = judgeSyntax(node, lines, line);
    return breach === undefined ? [] : [`${path}:${line}: ${breach}`];
  });
}

function judgeSyntax(node: SyntaxNode, lines: readonly string[], line: number): string | undefined {
  if (node.type === "ExportDefaultDeclaration") return "default export";
  if (node["accessibility"] === "private") return "`private` instead of #";
  if (isPrivateAccessor(node))
    return "a private accessor: a private method is several times as fast";
  if (node.type === "TSAnyKeyword") return "`any`";
  if (node.type !== "TSAsExpression" || isConstCast(node)) return undefined;
  const besides = [lines[line - 1], lines[line - 2]].map((text = "") => text.trim());
  const hasReason = besides.some((text) => text.includes("// ") || text.endsWith("*/"));
  return hasReason ? undefined : "`as` without a reason beside it";
}

function isPrivateAccessor({ kind, key }: SyntaxNode): boolean {
  return (kind === "get" || kind === "set") && isNode(key) && key.type === "PrivateIdentifier";
}

function isConstCast(node: SyntaxNode): boolean {
  const annotation = node["typeAnnotation"];
  if (!isNode(annotation)) return false;
  const name = annotation["typeName"];
  return isNode(name) && name["name"] === "const";
}

/** Finds what compiles in the protocol layer and must not be there: time, chance, promises, patterns. */
export function findImpurity({ path, text }: SourceFile): string[] {
  if (layerOf(path) !== "protocol") return [];
  return nodesOf(text).flatMap((node) => {
    const impurity = judgePurity(node);
    return impurity === undefined ? [] : [`${path}:${lineOf(text, node)}: ${impurity}`];
  });
}

function judgePurity(node: SyntaxNode): string | undefined {
  if (node.type === "Identifier" && IMPURE.has(String(node["name"]))) return String(node["name"]);
  if (node["async"] === true || node.type === "AwaitExpression") return "async";
  if (node["regex"] !== undefined) return "a regular expression";
  if (node.type !== "MemberExpression") return undefined;
  const { object, property } = node;
  const isRandom = isNode(object) && object["name"] === "Math" && isNode(property);
  return isRandom && property["name"] === "random" ? "Math.random" : undefined;
}

/** Finds files that import each other, directly or by way of others, if only for a type: each circle once. */
export function findImportCircles(files: readonly SourceFile[]): string[][] {
  const imports = new Map(files.map(({ path, text }) => [path, modulesOf(path, text)]));
  const reached = new Map(files.map(({ path }) => [path, reachableFrom(path, imports)]));
  const circles = new Map<string, string[]>();
  for (const { path } of files) {
    const others = [...(reached.get(path) ?? [])];
    const circle = others.filter((other) => reached.get(other)?.has(path)).toSorted();
    const [first] = circle;
    if (first !== undefined) circles.set(first, circle);
  }
  return [...circles.values()];
}

/** What a file imports of src/. */
function modulesOf(path: string, text: string): string[] {
  return importsOf(text).flatMap((specifier) =>
    specifier?.startsWith(".") ? [pathOf(path, specifier).replace(/\.js$/, ".ts")] : [],
  );
}

/** What a file needs, itself only when another leads back to it. */
function reachableFrom(
  path: string,
  imports: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const reached = new Set<string>();
  const ahead = [...(imports.get(path) ?? [])];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    ahead.push(...(imports.get(next) ?? []));
  }
  return reached;
}

/** What is imported; `undefined` for an `import()` of something that is not a literal. */
function importsOf(text: string): (string | undefined)[] {
  const imports: (string | undefined)[] = [];
  for (const node of nodesOf(text)) {
    if (
      !/^(Import|Export(Named|All))Declaration$|^(ImportExpression|TSImportType)$/.test(node.type)
    )
      continue;
    const source = node["source"] ?? node["argument"];
    if (!isNode(source)) continue; // an export of something declared here
    const literal = isNode(source["literal"]) ? source["literal"] : source;
    const specifier = typeof literal["value"] === "string" ? literal["value"] : undefined;
    imports.push(specifier);
  }
  return imports;
}

function statementsOf(text: string): SyntaxNode[] {
  const program: unknown = parseAst(text, { lang: "ts" });
  const body = isNode(program) ? program["body"] : [];
  return Array.isArray(body) ? body.filter((value) => isNode(value)) : [];
}

/** Every node of the syntax tree, in the order of the text. */
function nodesOf(text: string): SyntaxNode[] {
  const nodes: SyntaxNode[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach((item) => visit(item));
    else if (isNode(value)) {
      nodes.push(value);
      Object.values(value).forEach((item) => visit(item));
    }
  };
  visit(statementsOf(text));
  return nodes;
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

function lineOf(text: string, node: SyntaxNode): number {
  return text.slice(0, node.start).split("\n").length;
}
