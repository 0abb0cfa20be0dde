/**
 * Reads one header for one target.
 *
 * `readHeader` follows includes from the target's predefined macros on. A file falls into pieces, which end at its includes; each
 * piece, and each file with all it includes, is looked for among what the `FrontEnd` knows before it is worked through.
 */

import type { Target } from '../../abi/target.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import { Environment, JoinedLayer, RememberingEnvironment } from '../environment.ts';
import { LimitReached, limits } from '../limits.ts';
import { Macro } from '../macro.ts';
import { Parser } from '../parse.ts';
import { missingInclude, type PieceEnd, Preprocessor } from '../preprocess.ts';
import { FileReads } from '../reads.ts';
import { Scope } from '../scope.ts';
import type { IncludeForm, Source, SourceFile } from '../source.ts';
import { SyntaxProblem, TokenStream } from '../token-stream.ts';
import { locationOf, type Token, type TokenFile, TokenKind } from '../token.ts';
import type { FileContents, FileEffect, PieceEffect, Resolution } from './effects.ts';
import type { FrontEnd } from './front-end.ts';
import { Lowering } from './lowering.ts';
import { remember, toFront } from './remember.ts';
import type { Unit } from './unit.ts';

/** Reads one header for one target, as a file that only includes it would. */
export function readHeader(frontEnd: FrontEnd, source: Source, header: SourceFile, target: Target): Unit {
  const file = frontEnd.tokensOf(header, source);
  const known = frontEnd.unitsOf(file, target);
  const same = known.find((unit) => frontEnd.resolvesTheSame(source, unit.root));
  if (same !== undefined) return same;
  const unit = new UnitReader(frontEnd, source, target).readRoot(header, file, frontEnd.baseOf(target));
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
