/**
 * Prints `RecordType`s as C, so that the same records can be given to a compiler and to our layout engine.
 */

import { type EnumType, type RecordType, type Type, type TypedefType } from '../../src/abi/types.ts';

/** C text that defines the records (each with a tag) and every type they need, in order, each once. */
export function printRecords(records: readonly RecordType[]): string {
  const printer = new Printer();
  for (const record of records) printer.define(record);
  return printer.text;
}

class Printer {
  text = '';
  readonly #done = new Set<Type>();

  define(type: Type): void {
    if (this.#done.has(type)) return;
    switch (type.kind) {
      case 'array':
      case 'vector':
        this.define(type.element);
        return;
      case 'enum':
        this.#done.add(type);
        if (type.tag !== undefined) this.text += `${this.#enum(type)};\n`;
        return;
      case 'typedef':
        this.#done.add(type);
        this.#typedef(type);
        return;
      case 'record':
        this.#done.add(type);
        for (const field of type.fields) this.define(field.type);
        if (type.tag !== undefined) this.#record(type);
        return;
      case 'integer':
      case 'float':
      case 'void':
      case 'function':
      case 'pointer':
        return;
      default:
        return type satisfies never;
    }
  }

  #typedef(type: TypedefType): void {
    this.define(type.type);
    const aligned = type.alignBytes === undefined ? '' : ` __attribute__((aligned(${type.alignBytes})))`;
    this.text += `typedef ${declare(type.type, type.name)}${aligned};\n`;
  }

  #enum(type: EnumType): string {
    const enumerators = type.enumerators.map(({ name, value }) => `${name} = ${value}`).join(', ');
    return `enum ${type.tag ?? ''} { ${enumerators} }`;
  }

  #record(type: RecordType): void {
    this.text +=
      type.packBytes === undefined
        ? `${body(type)};\n`
        : `#pragma pack(push, ${type.packBytes})\n${body(type)};\n#pragma pack(pop)\n`;
  }
}

function body(record: RecordType): string {
  const fields = record.fields.map((field) => {
    const width = field.bitWidth === undefined ? '' : ` : ${field.bitWidth}`;
    const packed = field.isPacked === true ? ' __attribute__((packed))' : '';
    const aligned = field.alignBytes === undefined ? '' : ` __attribute__((aligned(${field.alignBytes})))`;
    return `  ${declare(field.type, field.name ?? '')}${width}${packed}${aligned};\n`;
  });
  const packed = record.isPacked === true ? ' __attribute__((packed))' : '';
  const aligned = record.alignBytes === undefined ? '' : ` __attribute__((aligned(${record.alignBytes})))`;
  return `${record.recordKind} ${record.tag ?? ''} {\n${fields.join('')}}${packed}${aligned}`;
}

function declare(type: Type, name: string): string {
  switch (type.kind) {
    case 'array':
      return declare(type.element, `${name}[${type.length ?? ''}]`);
    case 'pointer':
      return type.pointee.kind === 'function' ? `void (*${name})(void)` : declare(type.pointee, `*${name}`);
    case 'vector':
      return `${declare(type.element, name)} __attribute__((vector_size(${type.sizeBytes})))`;
    case 'record':
      return `${type.tag === undefined ? body(type) : `${type.recordKind} ${type.tag}`} ${name}`;
    case 'enum':
      return `enum ${type.tag ?? ''} ${name}`;
    case 'typedef':
      return `${type.name} ${name}`;
    case 'integer':
    case 'float':
      return `${type.base} ${name}`;
    case 'void':
    case 'function':
      return `void ${name}`;
    default:
      return type satisfies never;
  }
}
