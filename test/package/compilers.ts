/** Old compilers of TypeScript, in this process: what all projects have in common is read once for each. */
import { createRequire } from "node:module";
import path from "node:path";
import type last from "typescript-5.9";
import { ROOT } from "./installed-package.js";

const load = createRequire(import.meta.url);
const NODE_TYPES = path.join(ROOT, "node_modules/@types/");

export type OldVersion = "5.4" | "5.9";

const shared = new Map<string, last.SourceFile | undefined>();

/**
 * Compiles without writing.
 *
 * @param options - As in tsconfig.json.
 * @returns What there is to complain of in all files but the compiler's own and `@types/node`.
 */
export function diagnose(
  version: OldVersion,
  folder: string,
  files: readonly string[],
  options: object,
): string[] {
  const ts: typeof last = load(`typescript-${version}`); // what is used of them has the same types in both
  const { options: read, errors } = ts.convertCompilerOptionsFromJson(options, folder);
  const host = hostOf(ts, version, folder, read);
  const program = ts.createProgram(
    files.map((file) => path.join(folder, file)),
    read,
    host,
  );
  const ours = program
    .getSourceFiles()
    .filter((file) => !isShared(program.isSourceFileDefaultLibrary(file), file.fileName));
  const all = [
    ...errors,
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...ours.flatMap((file) => program.getSyntacticDiagnostics(file)),
    ...ours.flatMap((file) => program.getSemanticDiagnostics(file)),
  ];
  return all.map((one) => ts.formatDiagnostic(one, host));
}

function isShared(isLibrary: boolean, file: string): boolean {
  return isLibrary || file.startsWith(NODE_TYPES);
}

function hostOf(
  ts: typeof last,
  version: OldVersion,
  folder: string,
  options: last.CompilerOptions,
): last.CompilerHost {
  const host = ts.createCompilerHost(options);
  host.getCurrentDirectory = () => folder;
  const libraries = path.dirname(ts.getDefaultLibFilePath(options));
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (file, target, ...rest) => {
    if (!isShared(path.dirname(file) === libraries, file)) return read(file, target, ...rest);
    const key = `${version} ${file} ${JSON.stringify(target)}`;
    if (!shared.has(key)) shared.set(key, read(file, target, ...rest));
    return shared.get(key);
  };
  return host;
}
