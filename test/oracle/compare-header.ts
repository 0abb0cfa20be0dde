/**
 * One header on one target: what uabi makes of it against what a compiler makes of it.
 *
 * Compared are all records (every field at every depth, sizes, alignments) and enumerators of the whole translation unit, and
 * the value of every macro that the header itself defines and uabi calls a constant or a request. Macros that uabi calls
 * text are offered to the compiler as enumerators: one that it takes is a constant that uabi missed.
 */

import type { Abi } from '../../src/abi/abi.ts';
import { fieldPathsOf } from '../../src/abi/field-paths.ts';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import type { TakenForGranted } from '../../src/source/taken-for-granted.ts';
import type { Compiler, IncludePath } from './compilers.ts';
import type { CompilerFacts } from './facts.ts';

export interface Counts {
  headers: number;
  records: number;
  fields: number;
  enumerators: number;
  constants: number;
  requests: number;
  /** Macros that are no constants to either side. */
  texts: number;
}

export function noCounts(): Counts {
  return { headers: 0, records: 0, fields: 0, enumerators: 0, constants: 0, requests: 0, texts: 0 };
}

export interface HeaderComparison {
  readonly counts: Counts;
  readonly differences: readonly string[];
  /** Why the compiler could not compile the header behind the prelude, if it could not. */
  readonly refusal: string | undefined;
}

export interface Comparison {
  readonly header: string;
  /** The ABI of this header alone. */
  readonly abi: Abi;
  readonly compiler: Compiler;
  /** Headers to include before this one. */
  readonly prelude: readonly string[];
  /** What its numbers may be made of that it does not declare. */
  readonly taken: readonly TakenForGranted[];
  readonly include: IncludePath;
  readonly options: readonly string[];
  /** Records and enumerators of built-in declarations, which are no part of the ABI. */
  readonly isBuiltIn: (name: string) => boolean;
  /** Whether text macros are offered as well (two more runs of the compiler). */
  readonly isThorough: boolean;
}

interface Probe {
  readonly kind: 'constant' | 'request' | 'alignment';
  readonly name: string;
  readonly expression: string;
  readonly expected: bigint;
}

export async function compareHeader(comparison: Comparison): Promise<HeaderComparison> {
  const { header, abi, taken } = comparison;
  const differences: string[] = [];
  const counts = { ...noCounts(), headers: 1 };
  const used = [...new Set(taken.map((one) => one.header))];
  const probes = probesOf(abi, header);
  // What declares the arguments of requests declares records of its own, which are not those of this header.
  const isApart = ({ kind }: Probe): boolean => kind !== 'alignment' && used.length > 0;
  const main = probes.filter((probe) => !isApart(probe));
  const refusal = await askFor(main, requestMaker, comparison, counts, differences, (facts) => {
    compareRecords(comparison, facts, counts, differences);
    compareEnumerators(comparison, facts, counts, differences);
  });
  if (refusal !== undefined) return { counts, differences, refusal };
  const apart = probes.filter(isApart);
  if (apart.length > 0) {
    const reason = await askFor(apart, [...requestMaker, ...used], comparison, counts, differences);
    if (reason !== undefined) differences.push(`numbers behind ${used.join(', ')}: ${reason}`);
  }
  if (comparison.isThorough) await offerTexts(comparison, [...requestMaker, ...used], counts, differences);
  return { counts, differences, refusal: undefined };
}

/** Compares what some probes are worth below the header and `used`; returns why the compiler takes none of it. */
async function askFor(
  wanted: readonly Probe[],
  used: readonly string[],
  { header, compiler, prelude, include, options }: Comparison,
  counts: Counts,
  differences: string[],
  hear: (facts: CompilerFacts) => void = () => undefined,
): Promise<string | undefined> {
  const headers = [...prelude, header, ...used];
  const firstProbeLine = headers.length + 2;
  let probes = wanted;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const result = await compiler.compile(unitOf(headers, probes), include, options);
    if (result.kind === 'facts') {
      compareValues(probes, result.facts, counts, differences);
      hear(result.facts);
      return undefined;
    }
    if ([...result.lines].every((line) => line < firstProbeLine - 1)) return result.messages[0] ?? 'no reason given';
    // What the compiler cannot evaluate is a difference; the rest is still compared.
    for (const line of result.lines) {
      const probe = probes[line - firstProbeLine];
      if (probe !== undefined) differences.push(`${probe.kind} ${probe.name}: the compiler takes no value from it`);
    }
    probes = probes.filter((_, index) => !result.lines.has(index + firstProbeLine));
  }
  differences.push('the probes do not compile');
  return undefined;
}

/** Who uses a request has included this, whether its header does or not. */
const requestMaker = ['linux/ioctl.h'];

function unitOf(headers: readonly string[], probes: readonly Probe[]): string {
  const lines = probes.map(({ expression }) => `(unsigned long long)(${expression}), (${expression}) < 0,`);
  return [
    ...headers.map((header) => `#include <${header}>`),
    'const unsigned long long uabi_values[] __attribute__((section("uabi"), used)) = {',
    ...lines,
    '0 };\n',
  ].join('\n');
}

function probesOf(abi: Abi, header: string): readonly Probe[] {
  const probes: Probe[] = [];
  for (const constant of abi.constants.values()) {
    if (constant.header !== header) continue;
    probes.push({
      kind: 'constant',
      name: constant.name,
      expression: constant.name,
      expected: constant.value,
    });
  }
  for (const request of abi.requests.values()) {
    if (request.header !== header) continue;
    const expected = BigInt(request.number);
    // Requests are int on some architectures and unsigned on others; the kernel looks at 32 bits.
    probes.push({
      kind: 'request',
      name: request.name,
      expression: `(unsigned)(${request.name})`,
      expected,
    });
  }
  for (const { name, header: home, record } of abi.records.values()) {
    if (home !== header || !record.isComplete) continue;
    const expected = BigInt(layoutOf(record, abi.target).alignBytes);
    probes.push({ kind: 'alignment', name, expression: `_Alignof(${name})`, expected });
  }
  return probes;
}

function compareValues(probes: readonly Probe[], facts: CompilerFacts, counts: Counts, differences: string[]): void {
  for (const [index, { kind, name, expected }] of probes.entries()) {
    const stored = facts.values[index * 2];
    const isNegative = facts.values[index * 2 + 1] === 1n;
    const actual = stored === undefined ? undefined : isNegative ? BigInt.asIntN(64, stored) : stored;
    if (kind === 'constant') counts.constants += 1;
    if (kind === 'request') counts.requests += 1;
    if (actual !== expected) differences.push(`${kind} ${name}: ${expected}, compiler ${actual ?? 'nothing'}`);
  }
}

function compareRecords(
  { abi, isBuiltIn }: Comparison,
  facts: CompilerFacts,
  counts: Counts,
  differences: string[],
): void {
  for (const [name, fact] of facts.records) {
    const declaration = abi.records.get(name);
    if (declaration === undefined) {
      if (!isBuiltIn(name)) differences.push(`record ${name}: missing`);
      continue;
    }
    const layout = layoutOf(declaration.record, abi.target);
    const ours = fieldPathsOf(layout).map((field) => `${field.path}@${field.offsetBits}:${field.sizeBits}`);
    const theirs = fact.fields.map((field) => `${field.path}@${field.offsetBits}:${field.sizeBits}`);
    counts.records += 1;
    counts.fields += ours.length;
    if (layout.sizeBytes !== fact.sizeBytes) {
      differences.push(`record ${name}: ${layout.sizeBytes} bytes, compiler ${fact.sizeBytes}`);
    }
    if (ours.join() === theirs.join()) continue;
    const first = Math.max(
      0,
      ours.findIndex((field, index) => field !== theirs[index]),
    );
    differences.push(`record ${name}: ${ours[first] ?? 'nothing'}, compiler ${theirs[first] ?? 'nothing'}`);
  }
  for (const [key, { name, record }] of abi.records) {
    if (key === name && record.isComplete && !facts.records.has(name)) {
      differences.push(`record ${name}: unknown to the compiler`);
    }
  }
}

function compareEnumerators(
  { abi, isBuiltIn }: Comparison,
  facts: CompilerFacts,
  counts: Counts,
  differences: string[],
): void {
  const ours = new Map<string, bigint>();
  for (const { type } of abi.enums.values()) for (const { name, value } of type.enumerators) ours.set(name, value);
  for (const [name, { value }] of facts.enumerators) {
    const known = ours.get(name);
    if (known === undefined) {
      if (!isBuiltIn(name)) differences.push(`enumerator ${name}: missing`);
      continue;
    }
    counts.enumerators += 1;
    // DWARF writes every enumerator as a signed number.
    if (BigInt.asUintN(64, known) !== BigInt.asUintN(64, value)) {
      differences.push(`enumerator ${name}: ${known}, compiler ${value}`);
    }
  }
  for (const name of ours.keys()) {
    if (!facts.enumerators.has(name)) differences.push(`enumerator ${name}: unknown to the compiler`);
  }
}

async function offerTexts(
  comparison: Comparison,
  used: readonly string[],
  counts: Counts,
  differences: string[],
): Promise<void> {
  const { header, abi, compiler, include, options } = comparison;
  if (compiler.macros === undefined) return;
  const isWanted = (path: string): boolean => path.endsWith(`/${header}`);
  const macros = await compiler.macros(`#include <${header}>\n`, include, options, isWanted);
  for (const [name, body] of macros) {
    // Include guards are left out of an ABI, as all macros without a body may be.
    if (body !== '' && !isKnown(abi, name)) differences.push(`macro ${name}: missing`);
  }
  const texts = [...macros].filter(
    ([name, body]) => body !== '' && !abi.constants.has(name) && !abi.requests.has(name),
  );
  if (texts.length === 0) return;
  // Each in a function of its own: an unknown name is complained about once for each function only.
  const unitFor = (some: readonly (readonly [string, string] | undefined)[]): string => {
    const lines = some.map((text, index) => `void uabi_text_${index}(void) { enum { uabi = (${text?.[0] ?? ''}) }; }`);
    return [...[header, ...used].map((name) => `#include <${name}>`), ...lines, ''].join('\n');
  };
  const result = await compiler.compile(unitFor(texts), include, [...options, '-fsyntax-only']);
  const refused = result.kind === 'errors' ? result.lines : new Set<number>();
  for (const [index, [name, body]] of texts.entries()) {
    // gcc locates some errors in the body of the macro; asked about one macro alone, its answer is certain.
    const isRefused =
      refused.has(index + used.length + 2) ||
      (await compiler.compile(unitFor([texts[index]]), include, [...options, '-fsyntax-only'])).kind === 'errors';
    if (isRefused) counts.texts += 1;
    else differences.push(`macro ${name}: a constant to the compiler, not to uabi (${body})`);
  }
}

function isKnown(abi: Abi, name: string): boolean {
  return abi.constants.has(name) || abi.requests.has(name) || abi.macros.has(name);
}
