/**
 * `uabi import HEADER NAME`: a layout file for a record found in a header, ready for semantics to be added.
 *
 * The declarations are copied as C spells them, with the records they need, and the requests that carry the record. What the
 * header cannot say (who writes a field, what the kernel rejects, what selects an arm) is for people to add.
 */

import type { Command } from 'commander';
import type { Abi, RecordDeclaration, RequestDeclaration } from '../abi/abi.ts';
import { checkLayoutFile } from '../abi/definition/layout-file.ts';
import { standardTypes } from '../abi/definition/standard-types.ts';
import { suggestionFor } from '../abi/suggest.ts';
import { parseTargetList } from '../abi/target-list.ts';
import { integerSizeBytes } from '../abi/target.ts';
import { type EnumType, type Field, type RecordType, spellType, type Type } from '../abi/types.ts';
import { UndecidedError, UserError } from '../diagnostic.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';
import { openSource } from './open-source.ts';
import { addSourceOptions, type SourceFlags, sourceOptionsOf } from './source-options.ts';

interface Options extends SourceFlags {
  readonly target?: string;
}

type Json = Record<string, unknown>;

export function configure(command: Command): void {
  addSourceOptions(command)
    .argument('<header>', 'a header file, rev:path, or a tree')
    .argument('<name>', 'the record: "struct kvm_regs", kvm_regs')
    .option('--target <list>', 'targets to import for, or "all" (default: all that agree with the first)')
    .addHelpText(
      'after',
      '\nExamples:\n  uabi import v6.12:include/uapi/linux/fuse.h fuse_init_out > layouts/fuse_init_out.json\n  uabi import linux/ kvm_regs --target arm64',
    );
}

export async function run(args: readonly string[], options: Options, io: Io): Promise<ExitCode> {
  const [sourceName = '', name = ''] = args;
  const source = await openSource(sourceName, io, sourceOptionsOf(options));
  const wanted = options.target === undefined ? undefined : parseTargetList(options.target);
  const candidates = source.targets.filter((target) => wanted?.includes(target) ?? true);
  const bare = name.replace(/^(struct|union)\s+/, '');
  source.expect?.(candidates);
  const imports = candidates.flatMap((target) => {
    const abi = source.abiMentioning?.(target, [bare]) ?? source.abiFor(target);
    const declaration = findRecord(abi, name);
    return declaration === undefined ? [] : [{ abi, declaration, document: new Importer(abi).document(declaration) }];
  });
  const [first] = imports;
  if (first === undefined) {
    const known = candidates.flatMap((target) => [...source.abiFor(target).records.keys()]);
    const { hint } = suggestionFor(
      bare,
      known.flatMap((one) => [one, one.replace(/^(struct|union) /, '')]),
    );
    throw new UserError(`${source.label} declares no record "${name}"${hint === undefined ? '.' : `; ${hint}`}`);
  }
  // One file has one list of fields; targets on which the declaration differs are left to a file of their own.
  const content = JSON.stringify(first.document);
  const same = imports.filter(({ document }) => JSON.stringify(document) === content);
  const others = imports.filter((one) => !same.includes(one)).map(({ abi }) => abi.target.name);
  if (others.length > 0) {
    io.stderr(`uabi: ${name} is declared differently for ${others.join(', ')}; import it for them with --target.\n`);
  }
  const { header, ...rest } = first.document;
  const text = JSON.stringify({ header, targets: same.map(({ abi }) => abi.target.name), ...rest }, undefined, 2);
  const { diagnostics } = await checkLayoutFile(text, `${bare}.json`);
  if (diagnostics.length > 0) throw new UndecidedError(`${name} cannot be written as a layout file.`, diagnostics);
  io.stdout(`${text}\n`);
  return exitCodes.done;
}

function findRecord(abi: Abi, name: string): RecordDeclaration | undefined {
  const found = [name, `struct ${name}`, `union ${name}`].map((key) => abi.records.get(key));
  return found.find((declaration) => declaration?.record.isComplete === true);
}

/** Writes one record of one ABI, with the records it needs, in the words of layout files. */
class Importer {
  readonly #abi: Abi;
  readonly #known: ReadonlySet<string>;
  readonly #records = new Map<string, Json>();

  constructor(abi: Abi) {
    this.#abi = abi;
    this.#known = new Set(standardTypes(abi.target).keys());
  }

  document({ name, header, record }: RecordDeclaration): Json {
    const fields = this.#fields(record);
    const requests = [...this.#abi.requests.values()].filter(({ argument }) => argument === name).map(requestOf);
    return {
      header,
      record: name,
      ...attributesOf(record),
      fields,
      ...(this.#records.size === 0 ? {} : { records: [...this.#records.values()] }),
      ...(requests.length === 0 ? {} : { requests }),
      variants: [{ name: 'current', status: 'merged' }],
    };
  }

  #fields(record: RecordType): readonly Json[] {
    if (record.packBytes !== undefined) {
      throw new UserError('A record under #pragma pack cannot be written as a layout file.');
    }
    return record.fields.map((field) => this.#field(field));
  }

  #field(field: Field): Json {
    const bits = field.bitWidth === undefined ? '' : ` : ${field.bitWidth}`;
    const attributes = attributesOf(field);
    const { element, dimensions } = takeArrays(field.type);
    const nested = recordWithoutTag(element);
    if (nested !== undefined) {
      const inner = { ...attributesOf(nested), ...attributes, fields: this.#fields(nested) };
      return { [nested.recordKind]: `${field.name ?? ''}${dimensions}`, ...inner };
    }
    return { field: `${this.#spell(element)}${field.name ?? ''}${dimensions}${bits}`.trim(), ...attributes };
  }

  /** The type with what stands between it and the name: `__u32 `, `void *`. */
  #spell(type: Type): string {
    switch (type.kind) {
      case 'pointer':
        return 'void *';
      case 'integer':
      case 'float':
        return `${type.base} `;
      case 'typedef':
        return this.#known.has(type.name) && type.alignBytes === undefined ? `${type.name} ` : this.#spell(type.type);
      case 'enum':
        return `${this.#underlying(type)} `;
      case 'record': {
        const name = `${type.recordKind} ${type.tag ?? ''}`;
        this.#addRecord(name, type);
        return `${name} `;
      }
      case 'array':
      case 'vector':
      case 'void':
      case 'function':
        throw new UserError(`A field of type "${spellType(type)}" cannot be written as a layout file.`);
      default:
        return type satisfies never;
    }
  }

  /** An enum as the standard type of its size: layout files give meanings to integers instead. */
  #underlying({ underlying }: EnumType): string {
    const isUnsigned = underlying.startsWith('unsigned');
    return `__${isUnsigned ? 'u' : 's'}${integerSizeBytes(underlying, this.#abi.target) * 8}`;
  }

  #addRecord(name: string, record: RecordType): void {
    if (this.#records.has(name)) return;
    this.#records.set(name, {});
    this.#records.set(name, { record: name, ...attributesOf(record), fields: this.#fields(record) });
  }
}

/** Arrays come off the outside: the element, and the dimensions as they stand behind the name. */
function takeArrays(type: Type): { readonly element: Type; readonly dimensions: string } {
  let element = type;
  let dimensions = '';
  while (element.kind === 'array') {
    dimensions += `[${element.length ?? ''}]`;
    element = element.element;
  }
  return { element, dimensions };
}

/** A record that has no tag to refer to it by: written where it is used. */
function recordWithoutTag(type: Type): RecordType | undefined {
  let current = type;
  while (current.kind === 'typedef') current = current.type;
  return current.kind === 'record' && current.tag === undefined ? current : undefined;
}

function attributesOf({ isPacked, alignBytes }: { readonly isPacked?: boolean; readonly alignBytes?: number }): Json {
  return {
    ...(isPacked === true ? { packed: true } : {}),
    ...(alignBytes === undefined ? {} : { aligned: alignBytes }),
  };
}

function requestOf({ name, direction, type, nr, argument }: RequestDeclaration): Json {
  const macro = { none: '_IO', read: '_IOR', write: '_IOW', readwrite: '_IOWR' }[direction];
  const hex = (number: number): string => `0x${number.toString(16).padStart(2, '0')}`;
  const parameters = [hex(type), hex(nr), ...(direction === 'none' || argument === undefined ? [] : [argument])];
  return { request: name, define: `${macro}(${parameters.join(', ')})` };
}
