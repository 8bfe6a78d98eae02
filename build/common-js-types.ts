/** Declarations for `require()`. They name those for `import`, so that a type is the same on both ways: a process has one copy. */
import { writeFileSync } from "node:fs";
import path from "node:path";
// TypeScript 7 has no interface for programs.
import ts from "typescript-5.9";

/**
 * Writes `x.d.cts` beside each `x.d.ts`. A file of CommonJS may not `export *` from an ES module before TypeScript 5.8,
 * but it may say that something has the type of what is there.
 */
export function writeCommonJsTypes(files: readonly string[]): void {
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    noLib: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  for (const file of files) {
    const source = program.getSourceFile(file);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file} exports nothing`);
    const text = commonJsTypes(path.basename(file, ".d.ts"), checker, module);
    writeFileSync(file.replace(/\.ts$/, ".cts"), text);
  }
}

function commonJsTypes(name: string, checker: ts.TypeChecker, module: ts.Symbol): string {
  const from = `"./${name}.js" with { "resolution-mode": "import" };`;
  const types: string[] = [];
  const lines: string[] = [];
  for (const exported of checker.getExportsOfModule(module)) {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
    const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0;
    if (isTypeOnly(exported) || !isValue) {
      types.push(exported.name);
      continue;
    }
    lines.push(`export declare const ${exported.name}: typeof esm.${exported.name};`);
    if ((symbol.flags & ts.SymbolFlags.Type) !== 0) lines.push(typeOf(exported.name, symbol));
  }
  const list = types.join(", ");
  return [
    `import type * as esm from ${from}`,
    // Both, for what a type parameter extends is looked up in this file.
    ...(types.length > 0
      ? [`import type { ${list} } from ${from}`, `export type { ${list} };`]
      : []),
    ...lines,
    "",
  ].join("\n");
}

function isTypeOnly({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some(
    (one) => ts.isExportSpecifier(one) && (one.isTypeOnly || one.parent.parent.isTypeOnly),
  );
}

/** The type of a class, or of a constant that has one of its name: `Room<Data>` is that of the ES module. */
function typeOf(name: string, { declarations = [] }: ts.Symbol): string {
  const parameters = declarations.flatMap((one) =>
    ts.isClassDeclaration(one) || ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one)
      ? (one.typeParameters ?? [])
      : [],
  );
  if (parameters.length === 0) return `export type ${name} = esm.${name};`;
  const declared = parameters.map((parameter) => parameter.getText()).join(", ");
  const used = parameters.map((parameter) => parameter.name.text).join(", ");
  return `export type ${name}<${declared}> = esm.${name}<${used}>;`;
}
