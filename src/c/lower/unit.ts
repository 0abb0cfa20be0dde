/**
 * One header for one target, as if it were compiled alone; and everything that is shared between many of them.
 *
 * `readHeader` follows includes from the target's predefined macros on. A piece of text, a file with what it includes, a
 * whole header, the values of macros: each is worked out once for the surroundings it depends on, and found again by
 * checking what it had read (`environment.ts`). All of that lives in a `FrontEnd`, for as long as the caller keeps it.
 */

import { PortionIndex } from '../../abi/portion.ts';
import type { Target } from '../../abi/target.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import {
  dataModelFact,
  Environment,
  JoinedLayer,
  Layer,
  RememberingEnvironment,
  requestFact,
  targetFact,
} from '../environment.ts';
import { forgetDifferences } from '../layer-difference.ts';
import { FileReads, readsOfMacros } from '../reads.ts';
import { Scope } from '../scope.ts';
import { measureOn } from '../expression.ts';
import { LimitReached, limits } from '../limits.ts';
import { type DynamicMacro, Macro, readDefinition } from '../macro.ts';
import { Parser } from '../parse.ts';
import { predefinedMacros } from '../predefined.ts';
import { missingInclude, type PieceEnd, Preprocessor } from '../preprocess.ts';
import type { IncludeForm, Source, SourceFile } from '../source.ts';
import { SyntaxProblem, TokenStream } from '../token-stream.ts';
import { locationOf, type Token, type TokenFile, TokenKind } from '../token.ts';
import { type SpellingTable, tokenize } from '../tokenize.ts';
import type { FileContents, FileEffect, PieceEffect, Resolution } from './effects.ts';
import { Lowering } from './lowering.ts';
import { remember, toFront } from './remember.ts';
import { TypeTable } from './type-table.ts';
import { PieceValues, type ValuesFound } from './piece-values.ts';
import { MacroValues } from './values.ts';

/** What one header, read alone for one target, amounts to. */
export interface Unit {
  readonly header: SourceFile;
  readonly target: Target;
  readonly root: FileContents;
  /** The surroundings at the end, in which its macros are evaluated. */
  readonly environment: Environment;
  /** The values of its macros, by the piece that defines them, as far as they were asked for. */
  readonly values: Map<PieceEffect, ValuesFound>;
}

const dynamicMacros: readonly DynamicMacro[] = [
  ...(['__LINE__', '__FILE__', '__COUNTER__', '__DATE__', '__TIME__', '__INCLUDE_LEVEL__'] as const),
  ...(['__has_include', '__has_include_next', '__has_attribute', '__has_c_attribute', '__has_builtin'] as const),
];

/** Everything that reading headers has found out so far. Holds on to all of it. */
export class FrontEnd {
  readonly types = new TypeTable();
  readonly portions = new PortionIndex();
  readonly values = new PieceValues(new MacroValues(this.types));
  readonly pieces = new Map<TokenFile, Map<number, PieceEffect[]>>();
  readonly files = new Map<TokenFile, FileEffect[]>();
  /** The units of one target, the last one asked for: two trees share them, two targets do not. */
  readonly #units = new Map<TokenFile, Unit[]>();
  #target: Target | undefined;
  readonly #spellings: SpellingTable = new Map();
  readonly #tokenFiles = new Map<string, TokenFile>();
  readonly #tokensOf = new WeakMap<SourceFile, TokenFile>();
  readonly #sourceFiles = new WeakMap<Source, Map<TokenFile, SourceFile>>();
  readonly #shut = new WeakMap<Macro, FileEffect>();
  readonly #agreements = new WeakMap<Source, WeakMap<PieceEffect | FileContents, boolean>>();
  readonly #bases = new Map<Target, Environment>();
  readonly #predefined = new Map<string, Macro>();

  /** The units known for a file on a target. */
  unitsOf(file: TokenFile, target: Target): Unit[] {
    this.#turnTo(target);
    let units = this.#units.get(file);
    if (units === undefined) this.#units.set(file, (units = []));
    return units;
  }

  /** What files with all their includes come to is hardly ever the same for another target, and takes much room. */
  #turnTo(target: Target): void {
    if (target === this.#target) return;
    this.#target = target;
    this.#units.clear();
    this.files.clear();
    forgetDifferences();
  }

  /** What is defined before the first line of a header. */
  baseOf(target: Target): Environment {
    let base = this.#bases.get(target);
    if (base === undefined) {
      const layer = new Layer();
      for (const name of dynamicMacros) layer.macros.set(name, this.#dynamic(name));
      for (const line of predefinedMacros(target.name, target.language)) {
        const macro = this.#predefine(line);
        layer.macros.set(macro.name, macro);
      }
      // What depends on a size depends on the language: only C has records without bytes.
      const suffix = target.language === 'C' ? '' : ' in C++';
      layer.macros.set(dataModelFact, target.dataModel + suffix);
      layer.macros.set(targetFact, target.name + suffix);
      layer.macros.set(requestFact, JSON.stringify(target.request));
      base = new Environment(layer, { measure: measureOn(target) });
      this.#bases.set(target, base);
    }
    return base;
  }

  /** The tokens of a file, cut once for each content. */
  tokensOf(file: SourceFile, source: Source): TokenFile {
    let tokens = this.#tokensOf.get(file);
    if (tokens === undefined) {
      const key = `${file.contentKey}\0${file.path}\0${file.name}\0${file.isBuiltIn === true}`;
      tokens = this.#tokenFiles.get(key);
      if (tokens === undefined) {
        tokens = tokenize(file, this.#spellings);
        this.#tokenFiles.set(key, tokens);
      }
      this.#tokensOf.set(file, tokens);
    }
    let known = this.#sourceFiles.get(source);
    if (known === undefined) this.#sourceFiles.set(source, (known = new Map<TokenFile, SourceFile>()));
    if (!known.has(tokens)) known.set(tokens, file);
    return tokens;
  }

  resolve(source: Source, name: string, form: IncludeForm, from: TokenFile): TokenFile | undefined {
    const found = source.resolve(name, form, this.#sourceFiles.get(source)?.get(from));
    return found === undefined ? undefined : this.tokensOf(found, source);
  }

  /** Whether every include of a piece or a file, and below it, leads to the same text in `source`. */
  resolvesTheSame(source: Source, effect: PieceEffect | FileContents): boolean {
    const { resolutions } = effect;
    if (!('parts' in effect)) return resolutions.length === 0 || this.#isResolvedTheSame(source, resolutions);
    let known = this.#agreements.get(source);
    if (known === undefined) this.#agreements.set(source, (known = new WeakMap<PieceEffect | FileContents, boolean>()));
    let answer = known.get(effect);
    if (answer === undefined) {
      answer =
        this.#isResolvedTheSame(source, resolutions) &&
        effect.parts.every((part) => this.resolvesTheSame(source, part));
      known.set(effect, answer);
    }
    return answer;
  }

  #isResolvedTheSame(source: Source, resolutions: readonly Resolution[]): boolean {
    return resolutions.every(({ name, form, from, answer }) => this.resolve(source, name, form, from) === answer);
  }

  /** What including a file does whose include guard is set: nothing. */
  shut(file: TokenFile, name: string, guard: Macro): FileEffect {
    let effect = this.#shut.get(guard);
    if (effect?.file !== file) {
      const nothing = {
        layer: new Layer(),
        resolutions: [],
        parts: [],
        diagnostics: [],
        hasErrors: false,
        isShareable: true,
      };
      effect = { kind: 'file', file, reads: readsOfMacros([name, guard]), ...nothing };
      this.#shut.set(guard, effect);
    }
    return effect;
  }

  #predefine(line: string): Macro {
    const known = this.#predefined.get(line);
    if (known !== undefined) return known;
    const result = readDefinition(this.#builtIn(line), 0);
    if ('problem' in result) throw new Error(`predefined macro: ${line}`);
    this.#predefined.set(line, result.macro);
    return result.macro;
  }

  #builtIn(definition: string): TokenFile {
    const place = { name: '<predefined>', path: '<predefined>', isBuiltIn: true };
    return tokenize({ ...place, text: `#define ${definition}\n` }, this.#spellings);
  }

  #dynamic(name: DynamicMacro): Macro {
    const known = this.#predefined.get(name);
    if (known !== undefined) return known;
    const file = this.#builtIn(name);
    const macro = new Macro({ name, file, nameIndex: 2, bodyStart: 3, bodyEnd: 3, dynamic: name });
    this.#predefined.set(name, macro);
    return macro;
  }
}

/** Reads one header for one target, as a file that only includes it would. */
export function readHeader(frontEnd: FrontEnd, source: Source, header: SourceFile, target: Target): Unit {
  const base = frontEnd.baseOf(target);
  const file = frontEnd.tokensOf(header, source);
  const reader = new UnitReader(frontEnd, source, target);
  const known = frontEnd.unitsOf(file, target);
  const same = known.find((unit) => frontEnd.resolvesTheSame(source, unit.root));
  if (same !== undefined) return same;
  const unit = reader.readRoot(header, file, base);
  if (unit.root.isShareable) known.push(unit);
  return unit;
}

interface ReadParts {
  readonly contents: FileContents;
  /** The surroundings at the end. */
  readonly environment: Environment;
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}

class UnitReader {
  readonly #frontEnd: FrontEnd;
  readonly #source: Source;
  readonly #target: Target;
  #includesLeft: number = limits.includesPerUnit;
  #counter = 0;

  constructor(frontEnd: FrontEnd, source: Source, target: Target) {
    this.#frontEnd = frontEnd;
    this.#source = source;
    this.#target = target;
  }

  resolvesTheSame(effect: PieceEffect | FileEffect): boolean {
    return this.#frontEnd.resolvesTheSame(this.#source, effect);
  }

  readRoot(header: SourceFile, file: TokenFile, base: Environment): Unit {
    const { contents: root, environment } = this.#readParts(file, base, 0);
    return {
      header,
      target: this.#target,
      root,
      environment: new RememberingEnvironment(environment),
      values: new Map(),
    };
  }

  #resolve(name: string, form: IncludeForm, from: TokenFile): TokenFile | undefined {
    return this.#frontEnd.resolve(this.#source, name, form, from);
  }

  /** A file that was included: found again if possible. */
  #includeFile(file: TokenFile, environment: Environment, depth: number): FileEffect {
    if (file.guard !== undefined) {
      const guard = environment.macro(file.guard);
      if (guard instanceof Macro) {
        return this.#frontEnd.shut(file, file.guard, guard);
      }
    }
    let known = this.#frontEnd.files.get(file);
    if (known === undefined) this.#frontEnd.files.set(file, (known = []));
    const index = known.findIndex((effect) => this.resolvesTheSame(effect) && effect.reads.holdIn(environment));
    const found = known[index];
    if (found !== undefined) {
      toFront(known, index);
      return found;
    }
    this.#includesLeft--;
    const { contents } = this.#readParts(file, environment, depth);
    const { parts } = contents;
    const reads = new FileReads(parts, environment);
    const effect: FileEffect = {
      kind: 'file',
      ...contents,
      reads,
      layer: new JoinedLayer(parts.map(({ layer }) => layer)),
    };
    if (effect.isShareable) remember(known, effect);
    return effect;
  }

  /** The pieces of a file and the files it includes, in order. */
  #readParts(file: TokenFile, outside: Environment, depth: number): ReadParts {
    const parts: (PieceEffect | FileEffect)[] = [];
    const diagnostics: Diagnostic[] = [];
    const resolutions: Resolution[] = [];
    let hasErrors = false;
    let isShareable = true;
    let environment = outside;
    const add = (part: PieceEffect | FileEffect): void => {
      parts.push(part);
      hasErrors ||= 'hasErrors' in part ? part.hasErrors : part.diagnostics.some(isError);
      isShareable &&= part.isShareable;
      if (part.layer.size > 0) environment = new Environment(part.layer, environment);
    };
    for (let start = 0; ;) {
      const piece = this.#readPiece(file, start, environment, depth);
      add(piece);
      const { end } = piece;
      if (end.kind === 'file-end') break;
      start = end.resume;
      const { name, form, directive } = end;
      const answer = this.#resolve(name, form, file);
      resolutions.push({ name, form, from: file, answer });
      if (answer === undefined) {
        diagnostics.push(missingInclude(name, directive, this.#source.whyAbsent?.(name)));
      } else if (depth + 1 >= limits.includeDepth || this.#includesLeft <= 0) {
        diagnostics.push(new LimitReached('Headers include each other without end.', locationOf(directive)).diagnostic);
        isShareable = false;
      } else {
        add(this.#includeFile(answer, environment, depth + 1));
      }
    }
    hasErrors ||= diagnostics.some(isError);
    return { contents: { file, resolutions, parts, diagnostics, hasErrors, isShareable }, environment };
  }

  #readPiece(file: TokenFile, start: number, environment: Environment, depth: number): PieceEffect {
    let byStart = this.#frontEnd.pieces.get(file);
    if (byStart === undefined) this.#frontEnd.pieces.set(file, (byStart = new Map<number, PieceEffect[]>()));
    let known = byStart.get(start);
    if (known === undefined) byStart.set(start, (known = []));
    const index = known.findIndex((piece) => this.resolvesTheSame(piece) && piece.reads.holdIn(environment));
    const found = known[index];
    if (found !== undefined) {
      toFront(known, index);
      return found;
    }
    const piece = this.#workThrough(file, start, environment, depth);
    if (piece.isShareable) remember(known, piece);
    return piece;
  }

  #workThrough(file: TokenFile, start: number, environment: Environment, depth: number): PieceEffect {
    const scope = new Scope(environment);
    const diagnostics: Diagnostic[] = [];
    const resolutions: Resolution[] = [];
    let isShareable = true;
    const report = (diagnostic: Diagnostic): void => {
      if (diagnostics.length < limits.diagnosticsPerFile) diagnostics.push(diagnostic);
    };
    const lowering = new Lowering(scope, this.#target, this.#frontEnd.types, report);
    const preprocessor = new Preprocessor(
      {
        ...{ scope, report, depth },
        nextCounter: () => {
          isShareable = false;
          return this.#counter++;
        },
        resolve: (name, form, from) => {
          const answer = this.#resolve(name, form, from);
          resolutions.push({ name, form, from, answer });
          return answer;
        },
      },
      file,
      start,
    );
    const stream = new TokenStream((isBetweenDeclarations) => preprocessor.next(isBetweenDeclarations));
    const parser = new Parser(
      stream,
      (name) => scope.ordinary(name)?.kind === 'typedef',
      () => scope.binding('__cplusplus') !== undefined,
    );
    let end: PieceEnd | undefined;
    try {
      while (readDeclaration(stream, parser, lowering, report));
    } catch (error) {
      if (!(error instanceof LimitReached)) throw error;
      report(error.diagnostic);
      isShareable = false;
      end = { kind: 'file-end' };
    }
    return {
      ...{ kind: 'piece', file, reads: scope.reads(), layer: scope.layer, resolutions, end: end ?? preprocessor.end },
      ...{ lowered: lowering.lowered, diagnostics, isShareable },
    };
  }
}

/** One declaration; what is wrong with it costs no other. False at the end. */
function readDeclaration(
  stream: TokenStream,
  parser: Parser,
  lowering: Lowering,
  report: (diagnostic: Diagnostic) => void,
): boolean {
  stream.beginDeclaration();
  const first: Token = stream.peek();
  if (first.kind === TokenKind.end) return false;
  let isParsed = false;
  try {
    const declaration = parser.parseDeclaration();
    isParsed = true;
    lowering.declare(declaration);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    report(error.diagnostic);
    if (!isParsed) stream.recover(first);
  }
  return true;
}
