/**
 * `uabi ioctl NUMBER|NAME`: what is this request?
 *
 * A number means different things to different architectures (the bits are divided differently) and, on one architecture,
 * to different descriptors: 0x4010aeab sets a device address on a VM and reads a register on a vCPU. So every target is
 * asked, and all names are given.
 */

import type { Command } from 'commander';
import type { RequestDeclaration } from '../abi/abi.ts';
import { decodeRequest } from '../abi/request.ts';
import { parseTargetList } from '../abi/target-list.ts';
import { nearestWord } from '../abi/suggest.ts';
import { type Target, targets as allTargets } from '../abi/target.ts';
import { printable, UndecidedError, UserError } from '../diagnostic.ts';
import { builtInRequests } from './built-in-requests.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';
import { searchHeaders } from './source-syntax.ts';

interface Options {
  readonly target?: string;
  readonly in?: string;
  readonly format: string;
}

/** What one target makes of a request. */
interface Answer {
  readonly target: Target;
  readonly number: number;
  readonly direction: string;
  readonly type: number;
  readonly nr: number;
  readonly sizeBytes: number;
  readonly requests: readonly RequestDeclaration[];
}

export function configure(command: Command): void {
  command
    .argument('<request>', 'a request number (0x4040aea0, 1077980832) or a name (KVM_SET_VCPU_EVENTS)')
    .option('--target <list>', 'targets to ask, or "all" (default: all)')
    .option('--in <source>', 'look names up in this source instead of the layouts that come with uabi')
    .option('--format <format>', 'text or json', 'text')
    .addHelpText(
      'after',
      '\nExamples:\n  uabi ioctl 0x4040aea0\n  uabi ioctl KVM_SET_VCPU_EVENTS --target ppc64le,arm64',
    );
}

export async function run(args: readonly string[], options: Options, io: Io): Promise<ExitCode> {
  const [wanted = ''] = args;
  if (options.format !== 'text' && options.format !== 'json') {
    throw new UserError(`"${options.format}" is not a format; ioctl has text and json.`);
  }
  const targets = options.target === undefined ? allTargets : parseTargetList(options.target);
  const requestsOf = await requestTable(options, io);
  const number = parseNumber(wanted);
  const answers =
    number === undefined
      ? byName(wanted, targets, requestsOf)
      : targets.map((target) => ask(number, target, requestsOf(target)));
  // A number that nobody has a name for is still taken apart; a name that nobody has leaves nothing to say.
  if (answers.length === 0) throw unknownName(wanted, targets, requestsOf, options.in);
  io.stdout(options.format === 'json' ? renderJson(answers) : renderText(answers));
  return exitCodes.done;
}

type RequestTable = (target: Target) => readonly RequestDeclaration[];

async function requestTable(options: Options, io: Io): Promise<RequestTable> {
  if (options.in === undefined) return builtInRequests;
  // Loaded only when asked for: a number is looked up in less time than this takes.
  const { openSource } = await import('./open-source.ts');
  const source = await openSource(options.in, io);
  return (target) =>
    source.targets.some(({ name }) => name === target.name) ? [...source.abiFor(target).requests.values()] : [];
}

/** A 32-bit number in decimal, hexadecimal or octal as C writes it; `undefined` for a name. */
function parseNumber(text: string): number | undefined {
  if (!/^-?[0-9]/.test(text)) return undefined;
  const isNumber = /^(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.test(text);
  const value = isNumber ? Number(/^0[0-7]+$/.test(text) ? `0o${text.slice(1)}` : text) : NaN;
  if (!(value <= 0xffffffff)) {
    throw new UserError(`"${text}" is not a request number: a number from 0 to 0xffffffff, such as 0x4040aea0.`);
  }
  return value;
}

function ask(number: number, target: Target, known: readonly RequestDeclaration[]): Answer {
  // Two files may describe the same request; a name is worth saying once.
  const requests = new Map(
    known.filter((request) => request.number === number).map((request) => [request.name, request] as const),
  );
  return { target, number, ...decodeRequest(number, target), requests: [...requests.values()] };
}

function byName(name: string, targets: readonly Target[], requestsOf: RequestTable): Answer[] {
  return targets.flatMap((target) => {
    const request = requestsOf(target).find((one) => one.name === name);
    return request === undefined ? [] : [ask(request.number, target, requestsOf(target))];
  });
}

function unknownName(
  name: string,
  targets: readonly Target[],
  requestsOf: RequestTable,
  source: string | undefined,
): Error {
  const names = new Set(targets.flatMap((target) => requestsOf(target).map((request) => request.name)));
  const nearest = nearestWord(name, names);
  const search = source === undefined ? ` ${searchHeaders}.` : '';
  const advice = nearest === undefined ? search : ` Did you mean ${nearest}?`;
  const where = targets.length === allTargets.length ? '' : ` on ${targets.map((target) => target.name).join(', ')}`;
  return names.size === 0
    ? new UndecidedError(`No request is known${where}.`)
    : new UserError(`There is no request "${name}"${where}.${advice}`);
}

function hex(number: number): string {
  return `0x${number.toString(16).padStart(8, '0')}`;
}

/** Targets that say the same, together, most informative first. */
function group(answers: readonly Answer[]): { readonly answer: Answer; readonly targets: readonly string[] }[] {
  const groups = new Map<string, { answer: Answer; targets: string[] }>();
  for (const answer of answers) {
    const { number, direction, type, nr, sizeBytes, requests } = answer;
    const names = requests.map(({ name, argument }) => [name, argument]);
    const key = JSON.stringify([number, direction, type, nr, sizeBytes, names]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { answer, targets: [answer.target.name] });
    else known.targets.push(answer.target.name);
  }
  return [...groups.values()].sort(
    (a, b) => Number(b.answer.requests.length > 0) - Number(a.answer.requests.length > 0),
  );
}

function toJson({ number, direction, type, nr, sizeBytes, requests }: Answer): Record<string, unknown> {
  return {
    number: hex(number),
    direction,
    type,
    nr,
    sizeBytes,
    names: requests.map(({ name }) => name),
    record: requests[0]?.argument ?? null,
    // The names of one number may carry different records: on different descriptors they are different requests.
    requests: requests.map(({ name, argument, descriptors }) => ({
      name,
      record: argument ?? null,
      descriptors: descriptors ?? [],
    })),
  };
}

function renderJson(answers: readonly Answer[]): string {
  const groups = group(answers);
  const [first] = groups;
  if (first === undefined) return '';
  const byTarget = groups.map(({ answer, targets }) => ({ targets, ...toJson(answer) }));
  return `${JSON.stringify({ schemaVersion: 1, ...toJson(first.answer), byTarget }, undefined, 2)}\n`;
}

function renderText(answers: readonly Answer[]): string {
  const groups = group(answers);
  // Where some targets have a name for a number, the others' reading of the same bits is noise.
  const named = groups.filter(({ answer }) => answer.requests.length > 0);
  const shown = named.length > 0 ? named : groups;
  return shown.map(({ answer, targets }) => renderAnswer(answer, targets)).join('\n');
}

function renderAnswer(answer: Answer, targets: readonly string[]): string {
  const { number, direction, type, nr, sizeBytes, requests } = answer;
  const who = targets.length === allTargets.length ? 'every target' : targets.join(', ');
  const character = type >= 0x20 && type < 0x7f ? ` '${String.fromCharCode(type)}'` : '';
  const lines = [
    `${hex(number)} on ${who}`,
    `  direction ${direction}, type 0x${type.toString(16)}${character}, nr ${nr} (0x${nr.toString(16)}), size ${sizeBytes} byte${sizeBytes === 1 ? '' : 's'}`,
  ];
  for (const { name, argument, descriptors } of requests) {
    const on = descriptors === undefined ? '' : ` on a ${descriptors.join(' or ')} descriptor`;
    lines.push(printable(`  ${name}${argument === undefined ? '' : ` carries ${argument}`}${on}`));
  }
  if (requests.length === 0) lines.push('  no request of this number is known');
  return `${lines.join('\n')}\n`;
}
