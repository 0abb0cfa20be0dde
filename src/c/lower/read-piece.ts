/**
 * Works through one piece of a file as one viewer sees it: preprocess, parse, lower, up to the next include that stands between
 * declarations.
 */

import type { Target } from '../../abi/target.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import type { View } from '../environment.ts';
import { LimitReached, limits } from '../limits.ts';
import type { Parser } from '../parse.ts';
import { Macro } from '../macro.ts';
import { declaredBetween, declaredFrom, withMacroNames } from '../passed-over.ts';
import { type PieceEnd, Preprocessor } from '../preprocess.ts';
import { Scope } from '../scope.ts';
import type { IncludeForm } from '../source.ts';
import { SyntaxProblem, TokenStream } from '../token-stream.ts';
import { type Token, type TokenFile, TokenKind } from '../token.ts';
import type { PieceEffect, Resolution } from './effects.ts';
import { Lowering } from './lowering.ts';
import { parserIn } from './parser-in.ts';
import type { TypeTable } from './type-table.ts';

export interface PieceHost {
  readonly target: Target;
  readonly types: TypeTable;
  /** Files that are open around this one. */
  readonly depth: number;
  readonly nextCounter: () => number;
  readonly resolve: (name: string, form: IncludeForm, from: TokenFile) => TokenFile | undefined;
}

/** `start`: the token it begins with. */
export function readPiece(file: TokenFile, start: number, view: View, host: PieceHost): PieceEffect {
  const { target, types, depth } = host;
  const scope = new Scope(view);
  const diagnostics: Diagnostic[] = [];
  /** What is passed over by errors that are too many to be told. */
  const unsaid = new Set<string>();
  const resolutions: Resolution[] = [];
  let isShareable = true;
  const report = (diagnostic: Diagnostic): void => {
    if (diagnostics.length < limits.diagnosticsPerFile) diagnostics.push(diagnostic);
    else if (diagnostic.passedOver !== undefined) for (const name of diagnostic.passedOver) unsaid.add(name);
  };
  const passOver = (diagnostic: Diagnostic, names: readonly string[]): void => {
    const macroOf = (name: string): Macro | undefined => {
      const binding = scope.binding(name);
      return binding instanceof Macro ? binding : undefined;
    };
    report({ ...diagnostic, passedOver: withMacroNames(names, macroOf) });
  };
  const lowering = new Lowering(scope, target, types, report);
  const preprocessor = new Preprocessor(
    {
      ...{ scope, report, depth },
      nextCounter: () => {
        isShareable = false;
        return host.nextCounter();
      },
      resolve: (name, form, from) => {
        const answer = host.resolve(name, form, from);
        resolutions.push({ name, form, from, answer });
        return answer;
      },
    },
    file,
    start,
  );
  const stream = new TokenStream((isBetweenDeclarations) => preprocessor.next(isBetweenDeclarations));
  const parser = parserIn(scope, stream);
  let end: PieceEnd | undefined;
  try {
    while (readDeclaration(stream, parser, lowering, passOver));
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error;
    passOver(error.diagnostic, declaredFrom(stream.first ?? file.token(start)));
    isShareable = false;
    end = { kind: 'file-end' };
  }
  const last = diagnostics.at(-1);
  if (last !== undefined && unsaid.size > 0) {
    diagnostics.splice(-1, 1, { ...last, passedOver: [...new Set([...(last.passedOver ?? []), ...unsaid])] });
  }
  return {
    ...{ kind: 'piece', file, reads: scope.reads(), layer: scope.layer, resolutions, end: end ?? preprocessor.end },
    ...{ lowered: lowering.lowered, diagnostics, isShareable },
  };
}

/** One declaration; what is wrong with it costs no other. False at the end. */
function readDeclaration(
  stream: TokenStream,
  parser: Parser,
  lowering: Lowering,
  passOver: (diagnostic: Diagnostic, names: readonly string[]) => void,
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
    if (!isParsed) stream.recover(first);
    passOver(error.diagnostic, declaredBetween(first, stream.last ?? first));
  }
  return true;
}
