/** Finds the options that applications can give, with the compiler: by what the entry points export and take. */
import { createRequire } from "node:module";
import path from "node:path";
import type ts from "typescript-5.9";

const SRC = path.join(import.meta.dirname, "../../src");

/** The entry points of the package, and the doors that they are. */
const DOORS: Readonly<Record<string, string>> = {
  plainsocket: "index.ts",
  "plainsocket/manager": "manager/index.ts",
  "plainsocket/contract": "contract/index.ts",
  "plainsocket/brokers/nats": "brokers/nats/index.ts",
  "plainsocket/brokers/redis": "brokers/redis/index.ts",
  "plainsocket/protocol": "protocol/index.ts",
};

/** An interface of options, and what it has, inherited options among them. */
export interface PublicOptions {
  /** The entry point and the name: two entry points may have different ones of one name. */
  readonly owner: string;
  readonly name: string;
  readonly options: readonly string[];
}

const NAMES = /(Options|Init|Limits?|Check|Setup|Refusal|Answer|Batch)$/;

/**
 * All interfaces of the package that are named as options are, and all of which something
 * exported takes an object and in which a member may be left out.
 */
export function publicOptions(folder = SRC): PublicOptions[] {
  const load: (name: string) => typeof ts = createRequire(import.meta.url);
  return new Finder(load("typescript-5.9"), folder).all();
}

class Finder {
  readonly #ts: typeof ts;
  readonly #folder: string;
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;
  readonly #found = new Map<ts.Symbol, string>();

  constructor(compiler: typeof ts, folder: string) {
    this.#ts = compiler;
    this.#folder = folder;
    const { ModuleKind, ModuleResolutionKind } = compiler;
    const doors = Object.values(DOORS).map((door) => path.join(folder, door));
    this.#program = compiler.createProgram(doors, {
      module: ModuleKind.NodeNext,
      moduleResolution: ModuleResolutionKind.NodeNext,
      // Types of the platform are not looked at, but Omit and the like are needed: this is quick.
      lib: ["lib.es5.d.ts"],
      types: [],
      strict: true,
    });
    this.#checker = this.#program.getTypeChecker();
  }

  all(): PublicOptions[] {
    for (const [entry, door] of Object.entries(DOORS)) {
      for (const symbol of this.#exportsOf(door)) this.#visit(symbol, entry);
    }
    return Array.from(this.#found, ([symbol, entry]) => ({
      owner: `${entry} ${symbol.name}`,
      name: symbol.name,
      options: this.#membersOf(symbol).map(({ name }) => name),
    }));
  }

  #exportsOf(door: string): ts.Symbol[] {
    const file = this.#program.getSourceFile(path.join(this.#folder, door));
    const symbol = file && this.#checker.getSymbolAtLocation(file);
    if (symbol === undefined) throw new Error(`${door} exports nothing`);
    const { Alias } = this.#ts.SymbolFlags;
    return this.#checker
      .getExportsOfModule(symbol)
      .map((one) => ((one.flags & Alias) === 0 ? one : this.#checker.getAliasedSymbol(one)));
  }

  #visit(symbol: ts.Symbol, entry: string): void {
    if (NAMES.test(symbol.name)) this.#add(symbol, entry);
    if (symbol.valueDeclaration === undefined) return;
    for (const { parameters } of this.#signaturesOf(symbol)) {
      for (const one of parameters) this.#take(this.#checker.getTypeOfSymbol(one), entry);
    }
  }

  /** Of a function; of a class its constructor's and its methods'. */
  #signaturesOf(symbol: ts.Symbol): ts.Signature[] {
    const type = this.#checker.getTypeOfSymbol(symbol);
    const own = [...type.getCallSignatures(), ...type.getConstructSignatures()];
    if ((symbol.flags & this.#ts.SymbolFlags.Class) === 0) return own;
    const instance = this.#checker.getDeclaredTypeOfSymbol(symbol);
    const methods = this.#checker.getPropertiesOfType(instance);
    return methods.reduce(
      (all, one) => all.concat(this.#checker.getTypeOfSymbol(one).getCallSignatures()),
      own,
    );
  }

  #take(type: ts.Type, entry: string): void {
    if (type.isUnionOrIntersection()) for (const one of type.types) this.#take(one, entry);
    const symbol: ts.Symbol | undefined = type.symbol;
    if (symbol === undefined) return;
    const { Optional } = this.#ts.SymbolFlags;
    const mayBeLeftOut = (one: ts.Symbol): boolean => (one.flags & Optional) !== 0;
    if (this.#membersOf(symbol).some(mayBeLeftOut)) this.#add(symbol, entry);
  }

  #add(symbol: ts.Symbol, entry: string): void {
    const isInterface = (symbol.flags & this.#ts.SymbolFlags.Interface) !== 0;
    const [file] = symbol.declarations ?? [];
    const isOurs = file?.getSourceFile().fileName.startsWith(this.#folder) === true;
    if (isInterface && isOurs && !this.#found.has(symbol)) this.#found.set(symbol, entry);
  }

  #membersOf(symbol: ts.Symbol): ts.Symbol[] {
    return this.#checker.getPropertiesOfType(this.#checker.getDeclaredTypeOfSymbol(symbol));
  }
}
