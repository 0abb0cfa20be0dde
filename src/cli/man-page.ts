/**
 * The man page, in the man(7) macros, from the same tree of commands as `--help`. `uabi completion man` prints
 * it, and the build puts it into the package.
 */

import type { Argument, Option } from 'commander';
import type { CommandPage } from './command-tree.ts';

export function manPage(pages: readonly CommandPage[], version: string): string {
  const lines = [
    `.TH UABI 1 "" "uabi ${version}" "User Commands"`,
    '.SH NAME',
    'uabi \\- is this change to a Linux UAPI header an ABI break?',
    '.SH SYNOPSIS',
    '.B uabi',
    '.I command',
    '.RI [ options ]',
    '.RI [ arguments ]',
    '.SH DESCRIPTION',
    text(
      'uabi compares two versions of kernel headers, says who is hurt by the difference and who is not, and shows the bytes that prove it. It needs no compiler, no kernel build and no network.',
    ),
    '.PP',
    text(
      'A source is a directory (a kernel tree, or installed headers), one header, a git revision, rev:path, :path (the index), a snapshot, a layout file x.json or one variant of it, x.json#variant, or - for standard input. Reports go to standard output, everything else to standard error.',
    ),
    '.SH COMMANDS',
    ...pages.flatMap(commandSection),
    '.SH EXIT STATUS',
    ...exitStatus.flatMap(([code, meaning]) => ['.TP', `.B ${code}`, text(meaning)]),
    '.SH FILES',
    ...files.flatMap(([name, meaning]) => ['.TP', `.I ${text(name)}`, text(meaning)]),
  ];
  return `${lines.join('\n')}\n`;
}

const exitStatus: readonly (readonly [string, string])[] = [
  ['0', 'Done; no finding at or above --fail-on.'],
  ['1', 'Findings, or mismatches in a replay.'],
  ['2', 'Wrong call, or a mistake in the configuration, the waivers or a layout file.'],
  ['3', 'Could not decide: input missing, truncated or not understood.'],
  ['4', 'A bug in uabi.'],
];

const files: readonly (readonly [string, string])[] = [
  ['uabi.config.json', 'What a project says once for all its checks; read from the old side.'],
  ['uabi.waivers.json', 'Findings that were accepted, each with a reason and a last day; read from the old side.'],
];

function commandSection({ command, notes }: CommandPage): string[] {
  const usage = [command.name(), ...command.registeredArguments.map(argumentUsage), '[options]'].join(' ');
  return [
    `.SS uabi ${text(usage)}`,
    text(sentence(command.description())),
    ...command.registeredArguments.flatMap((argument) =>
      argument.description === '' ? [] : ['.TP', `.I ${text(argument.name())}`, text(sentence(argument.description))],
    ),
    ...command.options.flatMap((option) => ['.TP', optionUsage(option), text(describe(option))]),
    ...(notes === '' ? [] : ['.PP', '.nf', ...notes.split('\n').map(text), '.fi']),
  ];
}

function argumentUsage(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function optionUsage(option: Option): string {
  return `.B ${text(option.flags)}`;
}

function describe({ description, defaultValue }: Option): string {
  const shown = typeof defaultValue === 'string' ? ` (default: ${defaultValue})` : '';
  return sentence(`${description}${shown}`);
}

function sentence(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}${/[.?!]$/.test(words) ? '' : '.'}`;
}

/** Text that roff takes as text: escapes, hyphens that stay hyphens when copied, no control line by accident. */
function text(words: string): string {
  const escaped = words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('\n', ' ')
    .replace(/[^ -~]/gu, unicode);
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

function unicode(character: string): string {
  return `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
}
