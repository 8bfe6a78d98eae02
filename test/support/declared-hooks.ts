/** The functions that applications give to the library, read from the declarations of all that its doors export. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type typescript from "typescript-5.9";

const ts: typeof typescript = createRequire(import.meta.url)("typescript-5.9");
const SRC = path.join(import.meta.dirname, "../../src");

/** Not `protocol`: what is given to it runs within calls of the application, and throws to the caller. */
const DOORS = ["index.ts", "manager/index.ts", "contract/index.ts"].concat([
  "brokers/nats/index.ts",
  "brokers/redis/index.ts",
]);

/** Objects whose methods the application has written. */
const OBJECTS: ReadonlySet<string> = new Set(["Duplex", "FragmentSource"]);

type Declaration =
  | typescript.InterfaceDeclaration
  | typescript.TypeAliasDeclaration
  | typescript.ClassDeclaration;

const declarations = new Map<string, Declaration[]>();

for (const file of readdirSync(SRC, { recursive: true, encoding: "utf8" })) {
  if (!file.endsWith(".ts")) continue;
  const text = readFileSync(path.join(SRC, file), "utf8");
  ts.createSourceFile(file, text, ts.ScriptTarget.Latest).forEachChild((node) => {
    const isOne =
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isClassDeclaration(node);
    if (!isOne || node.name === undefined) return;
    declarations.set(node.name.text, [...(declarations.get(node.name.text) ?? []), node]);
  });
}

/** All of them, sorted: `Owner.member`, `Class.method(parameter)`, and `Owner.*` where the application makes the names. */
export function declaredHooks(): string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const one of declarations.get(name) ?? []) {
      for (const hook of hooksOf(name, one)) found.add(hook);
      const parents = ts.isTypeAliasDeclaration(one) ? [] : (one.heritageClauses ?? []);
      for (const { types } of parents)
        for (const { expression } of types) if (ts.isIdentifier(expression)) visit(expression.text);
    }
  };
  for (const door of DOORS) {
    const text = readFileSync(path.join(SRC, door), "utf8");
    for (const [name] of text.matchAll(/\b[A-Z]\w+\b/g)) visit(name);
  }
  return [...found].toSorted();
}

function hooksOf(owner: string, declaration: Declaration): string[] {
  if (ts.isClassDeclaration(declaration)) {
    return declaration.members.flatMap((member) => ofClass(owner, member));
  }
  if (ts.isInterfaceDeclaration(declaration)) {
    return declaration.members.flatMap((member) => ofInterface(owner, member));
  }
  return hooksIn(owner, declaration.type);
}

function hooksIn(owner: string, type: typescript.TypeNode): string[] {
  return literalsIn(type).flatMap((literal) =>
    ts.isMappedTypeNode(literal)
      ? literal.type && isFunction(literal.type)
        ? [`${owner}.*`]
        : []
      : literal.members.flatMap((member) => ofInterface(owner, member)),
  );
}

function ofInterface(owner: string, member: typescript.TypeElement): string[] {
  const name = nameOf(member);
  if (name === undefined) return [];
  if (ts.isMethodSignature(member) || owner.endsWith("Events")) return [`${owner}.${name}`];
  if (!ts.isPropertySignature(member) || member.type === undefined) return [];
  if (isFunction(member.type)) return [`${owner}.${name}`];
  return hooksIn(`${owner}.${name}`, member.type);
}

function ofClass(owner: string, member: typescript.ClassElement): string[] {
  const name = nameOf(member);
  if (name === undefined) return [];
  const isSetter = ts.isSetAccessor(member);
  if (!isSetter && !ts.isMethodDeclaration(member)) return [];
  return member.parameters.flatMap(({ type, name: parameter }) => {
    if (type === undefined || !(isFunction(type) || isObject(type))) return [];
    if (isSetter) return [`${owner}.${name}`];
    return [`${owner}.${name}(${ts.isIdentifier(parameter) ? parameter.text : "…"})`];
  });
}

/** Private members have no such name. */
function nameOf({ name }: typescript.NamedDeclaration): string | undefined {
  if (name === undefined) return undefined;
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : undefined;
}

/** The object types in a union or an intersection. */
function literalsIn(
  type: typescript.TypeNode,
): (typescript.TypeLiteralNode | typescript.MappedTypeNode)[] {
  if (ts.isTypeLiteralNode(type) || ts.isMappedTypeNode(type)) return [type];
  const isSeveral = ts.isUnionTypeNode(type) || ts.isIntersectionTypeNode(type);
  return isSeveral ? type.types.flatMap(literalsIn) : [];
}

function isObject(type: typescript.TypeNode): boolean {
  return ts.isTypeReferenceNode(type) && OBJECTS.has(textOf(type.typeName));
}

function isFunction(type: typescript.TypeNode): boolean {
  if (ts.isFunctionTypeNode(type)) return true;
  if (ts.isParenthesizedTypeNode(type)) return isFunction(type.type);
  if (ts.isUnionTypeNode(type)) return type.types.some(isFunction);
  if (ts.isConditionalTypeNode(type)) return isFunction(type.trueType);
  if (ts.isIndexedAccessTypeNode(type)) return isFunction(type.objectType) || isMethodOf(type);
  if (!ts.isTypeReferenceNode(type)) return false;
  return (declarations.get(textOf(type.typeName)) ?? []).some(
    (one) => ts.isTypeAliasDeclaration(one) && isFunction(one.type),
  );
}

/** `{ handle(event: E): unknown }["handle"]` */
function isMethodOf({ objectType }: typescript.IndexedAccessTypeNode): boolean {
  return ts.isTypeLiteralNode(objectType) && objectType.members.some(ts.isMethodSignature);
}

function textOf(name: typescript.EntityName): string {
  return ts.isIdentifier(name) ? name.text : name.right.text;
}
