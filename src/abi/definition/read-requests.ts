/**
 * ioctl requests, written as headers define them: `_IOW(KVMIO, 0xa0, struct kvm_vcpu_events)`.
 *
 * They are read in two steps. What a definition says (direction, type, number, argument) is needed before records are
 * read, because a record knows its requests; the request's number needs the size of the argument, hence the records.
 */

import type { RequestDeclaration, RequestDirection } from '../abi.ts';
import { extentOf } from '../layout-engine.ts';
import { LayoutError } from '../layout.ts';
import { encodeRequest, largestRequestSizeBytes } from '../request.ts';
import type { RequestUse } from '../semantics.ts';
import { suggestionFor } from '../suggest.ts';
import type { Target } from '../target.ts';
import { spellType } from '../types.ts';
import { isIdentifier, parseTypeName, type TypeSpecifier } from './declaration.ts';
import type { LayoutDocument, RequestEntry } from './document.ts';
import type { Selection } from './limits.ts';
import type { JsonPath, Locate } from './located-json.ts';
import type { Problems } from './problems.ts';
import { type Constants, evaluateInteger } from './read-constants.ts';
import type { RecordReader } from './read-records.ts';

/** A definition taken apart, its argument not yet looked up. */
export interface DefinedRequest {
  readonly entry: RequestEntry;
  readonly path: JsonPath;
  readonly direction: RequestDirection;
  readonly type: number;
  readonly nr: number;
  readonly argument?: { readonly specifier: TypeSpecifier };
}

const DEFINITION = /^\s*(\w+)\s*\(\s*([^,()]+?)\s*,\s*([^,()]+?)\s*(?:,\s*([^,()]+?)\s*)?\)\s*$/;

const directions = new Map<string, RequestDirection>([
  ['_IO', 'none'],
  ['_IOR', 'read'],
  ['_IOW', 'write'],
  ['_IOWR', 'readwrite'],
]);

/** Takes apart every definition that exists in the variant. */
export function readDefinitions(
  document: LayoutDocument,
  selection: Selection,
  constants: Constants,
  problems: Problems,
): DefinedRequest[] {
  const requests: DefinedRequest[] = [];
  const names = new Set<string>();
  (document.requests ?? []).forEach((entry, index) => {
    const path: JsonPath = ['requests', index];
    selection.check(entry, path, problems);
    if (!selection.has(entry)) return;
    const defined = readDefinition(entry, path, constants, problems);
    if (defined === undefined) return;
    if (names.has(entry.request)) {
      problems.add(
        [...path, 'request'],
        'duplicate-name',
        `The request ${entry.request} is given twice for variant "${selection.variant}".`,
      );
      return;
    }
    names.add(entry.request);
    requests.push(defined);
  });
  return requests;
}

function readDefinition(
  entry: RequestEntry,
  path: JsonPath,
  constants: Constants,
  problems: Problems,
): DefinedRequest | undefined {
  const at = [...path, 'define'];
  if (!isIdentifier(entry.request)) {
    problems.add([...path, 'request'], 'bad-name', `"${entry.request}" cannot be the name of a request.`);
    return undefined;
  }
  const [, macro, type, nr, argument] = DEFINITION.exec(entry.define) ?? [];
  const direction = directions.get(macro ?? '');
  if (macro === undefined || type === undefined || nr === undefined || direction === undefined) {
    const hint = macro === undefined ? {} : suggestionFor(macro, directions.keys());
    problems.add(at, 'bad-request', `"${entry.define}" does not define a request.`, {
      hint: hint.hint ?? 'for example "_IOW(0xae, 0xa0, struct kvm_vcpu_events)"',
    });
    return undefined;
  }
  if ((direction === 'none') !== (argument === undefined)) {
    problems.add(
      at,
      'bad-request',
      direction === 'none' ? '_IO takes no argument type.' : `${macro} needs an argument type.`,
    );
    return undefined;
  }
  const [typeValue, nrValue] = [type, nr].map((text) => {
    const value = /^'.'$/.test(text) ? BigInt(text.charCodeAt(1)) : evaluateInteger(text, constants.declarations);
    if (value !== undefined && value >= 0n && value <= 255n) return Number(value);
    problems.add(at, 'bad-request', `"${text}" is no number from 0 to 255.`, suggestionFor(text, constants.known));
    return undefined;
  });
  if (typeValue === undefined || nrValue === undefined) return undefined;
  const defined = { entry, path, direction, type: typeValue, nr: nrValue };
  if (argument === undefined) return defined;
  const parsed = parseTypeName(argument);
  if (parsed.kind === 'problem') {
    problems.add(at, parsed.problem.code, parsed.problem.message);
    return undefined;
  }
  return { ...defined, argument: { specifier: parsed.value } };
}

/** The requests that carry each record, by `struct x`. */
export function usesByRecord(
  document: LayoutDocument,
  requests: readonly DefinedRequest[],
  target: Target,
): Map<string, RequestUse[]> {
  const uses = new Map<string, RequestUse[]>();
  for (const { entry, direction, argument } of requests) {
    if (argument?.specifier.kind !== 'record' || direction === 'none') continue;
    const { key } = argument.specifier;
    const known = uses.get(key) ?? [];
    uses.set(key, known);
    const errno = unknownErrnoOf(document, entry, target);
    known.push({
      name: entry.request,
      direction: entry.carries ?? direction,
      ...(errno === undefined ? {} : { unknownErrno: errno }),
    });
  }
  return uses;
}

/** What a kernel that lacks the request answers on the first kind of descriptor it is for. */
function unknownErrnoOf(document: LayoutDocument, entry: RequestEntry, target: Target): string | undefined {
  const descriptor = entry.on?.[0];
  const errno = descriptor === undefined ? undefined : document.unknownErrno?.[descriptor];
  if (errno === undefined || typeof errno === 'string') return errno;
  const byTarget = new Map(Object.entries(errno));
  return byTarget.get(target.name) ?? byTarget.get('*');
}

/** Computes the number of a request on a target; `undefined` after reporting why there is none. */
export function completeRequest(
  request: DefinedRequest,
  document: LayoutDocument,
  target: Target,
  records: RecordReader,
  problems: Problems,
  locate: Locate,
): RequestDeclaration | undefined {
  const { entry, path, direction, type, nr, argument } = request;
  const at = [...path, 'define'];
  const argumentType = argument === undefined ? undefined : records.resolve(argument.specifier, at, false);
  if (argument !== undefined && argumentType === undefined) return undefined;
  let sizeBytes: number;
  try {
    sizeBytes = argumentType === undefined ? 0 : extentOf(argumentType, target).sizeBits / 8;
  } catch (error) {
    if (!(error instanceof LayoutError)) throw error;
    problems.add(at, 'no-layout', `${error.message}.`);
    return undefined;
  }
  if (sizeBytes > largestRequestSizeBytes(direction, target)) {
    problems.add(at, 'too-large', `${String(sizeBytes)} bytes do not fit into a request number on ${target.name}.`);
    return undefined;
  }
  const location = locate([...path, 'request']);
  return {
    name: entry.request,
    header: entry.header ?? document.header,
    ...(location === undefined ? {} : { location }),
    number: encodeRequest({ direction, type, nr, sizeBytes }, target),
    direction,
    type,
    nr,
    sizeBytes,
    ...(argumentType === undefined ? {} : { argument: spellType(argumentType) }),
    ...(entry.on === undefined ? {} : { descriptors: entry.on }),
    ...(entry.carries === undefined ? {} : { carries: entry.carries }),
  };
}
