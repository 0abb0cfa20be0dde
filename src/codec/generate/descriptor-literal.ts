/**
 * The descriptor of a module in the short spelling of the runtime (`runtime/describe.ts`): one line a field. Constants that the
 * module exports are referred to instead of being repeated, and a record used more than once is written once.
 */

import type { NamedValue, ValueMeaning } from '../../abi/semantics.ts';
import type { Element, FieldDescriptor, Place, PlacedCondition, RecordDescriptor } from '../record-descriptor.ts';
import { constantsName } from './constants.ts';
import type { ModulePlan, PlannedRecord } from './module-plan.ts';
import { dataLiteral, stringLiteral } from './names.ts';

const lineLength = 118;

/** The constants of the builders, the shared records and the descriptor itself. */
export function descriptorText(descriptor: RecordDescriptor, plan: ModulePlan): string {
  const writer = new LiteralWriter(plan);
  const shared = plan.records.filter(({ isShared }) => isShared).toReversed();
  const constants = shared.map(
    (planned) => `const ${sharedName(planned)}: RecordDescriptor = ${writer.record(planned.record, '')};\n`,
  );
  const own = writer.record(descriptor, '');
  const builders = [...writer.builders].sort().join(', ');
  const order = stringLiteral(descriptor.byteOrder);
  return [
    `const { ${builders} } = ${plan.runtime('layoutsOn')}(${stringLiteral(descriptor.target)}, ${order});\n`,
    ...constants,
    '/** Where every bit of the record is, and what it means. */',
    `export const descriptor: RecordDescriptor = ${own};`,
  ].join('\n');
}

const sharedName = ({ name }: PlannedRecord): string => `${name}Descriptor`;

class LiteralWriter {
  /** Builders of the target that are used. */
  readonly builders = new Set<string>();
  readonly #plan: ModulePlan;

  constructor(plan: ModulePlan) {
    this.#plan = plan;
  }

  record(record: RecordDescriptor, indent: string): string {
    this.builders.add(record.recordKind);
    const { doc, variant } = record;
    const holes = record.holes.map(
      ({ kind, offsetBits, sizeBits }) => `[${stringLiteral(kind)}, ${offset(offsetBits)}, ${offset(sizeBits)}]`,
    );
    const more = object([
      ...property('variant', variant === undefined ? undefined : stringLiteral(variant)),
      ...property('doc', doc === undefined ? undefined : stringLiteral(doc)),
      ...property('holes', holes.length === 0 ? undefined : `[${holes.join(', ')}]`),
    ]);
    const inner = `${indent}  `;
    const fields = record.fields.map((field) => `${inner}${this.#field(field, inner)},\n`).join('');
    const head = `${record.recordKind}(${stringLiteral(record.type)}, ${String(record.sizeBytes)}, ${String(record.alignBytes)}, `;
    const list = fields === '' ? '[]' : `[\n${fields}${indent}]`;
    return `${head}${list}${more === '{}' ? '' : `, ${more}`})`;
  }

  #field(field: FieldDescriptor, indent: string): string {
    const { element } = field;
    const select = element.kind === 'union' ? element.select : undefined;
    const more = [
      ...property(
        'cName',
        field.cName === field.name ? undefined : field.cName === undefined ? 'null' : stringLiteral(field.cName),
      ),
      ...property('dimensions', field.dimensions.length === 0 ? undefined : dataLiteral(field.dimensions)),
      ...property('isFlexible', field.isFlexible === true ? 'true' : undefined),
      ...property('countedBy', field.countedBy === undefined ? undefined : this.#place(field.countedBy)),
      ...property('writer', literal(field.writer)),
      ...property('role', literal(field.role)),
      ...property('nonZero', literal(field.nonZero)),
      ...property('acceptedMask', literal(field.acceptedMask)),
      ...property('meaning', field.meaning === undefined ? undefined : this.#meaning(field.meaning)),
      ...property('validIf', field.validIf === undefined ? undefined : this.#condition(field.validIf)),
      ...property('doc', literal(field.doc)),
      ...property('select', select === undefined ? undefined : this.#selection(select, indent)),
    ];
    const where = `${stringLiteral(field.name)}, ${stringLiteral(field.type)}, ${offset(field.offsetBits)}`;
    const what = this.#element(element, indent);
    return `[${where}, ${what}${more.length === 0 ? '' : `, ${wrapped(more, indent, where.length + what.length)}`}]`;
  }

  #element(element: Element, indent: string): string {
    switch (element.kind) {
      case 'record':
      case 'union': {
        const planned = this.#plan.recordOf(element.record);
        return planned.isShared ? sharedName(planned) : this.record(element.record, indent);
      }
      case 'opaque':
        return dataLiteral(element);
      case 'integer':
      case 'bits':
      case 'float':
        return stringLiteral(wordOf(element));
      default:
        return element satisfies never;
    }
  }

  #place({ path, offsetBits, element, known }: Place): string {
    this.builders.add('place');
    const names = known === undefined ? '' : `, ${this.#values(known)}`;
    return `place(${stringLiteral(path)}, ${offset(offsetBits)}, ${stringLiteral(wordOf(element))}${names})`;
  }

  /** Named values, by reference where an enumeration of the module holds the very same. */
  #values(values: readonly NamedValue[]): string {
    const name = constantsName(values, this.#plan.constants);
    return name === undefined ? dataLiteral(values) : `${this.#plan.runtime('namedValues')}(${name})`;
  }

  #meaning(meaning: ValueMeaning): string {
    if (meaning.kind !== 'enumeration' && meaning.kind !== 'flags') return dataLiteral(meaning);
    const values = meaning.kind === 'flags' ? meaning.flags : meaning.values;
    const name = constantsName(values, this.#plan.constants);
    if (name === undefined) return dataLiteral(meaning);
    return `${this.#plan.runtime(meaning.kind)}(${stringLiteral(meaning.name)}, ${name})`;
  }

  #condition(condition: PlacedCondition): string {
    const place = ['place', this.#place(condition.place)] as const;
    const { kind } = condition;
    switch (kind) {
      case 'non-zero':
        return object([['kind', stringLiteral(kind)], place]);
      case 'flag-set':
        return object([
          ['kind', stringLiteral(kind)],
          place,
          ['flag', stringLiteral(condition.flag)],
          ['mask', dataLiteral(condition.mask)],
        ]);
      case 'equals':
        return object([['kind', stringLiteral(kind)], place, ['values', dataLiteral(condition.values)]]);
      default:
        return condition satisfies never;
    }
  }

  #selection(select: NonNullable<Extract<Element, { kind: 'union' }>['select']>, indent: string): string {
    const arms = select.arms.map(({ name, values, condition }) =>
      object([
        ['name', stringLiteral(name)],
        ['values', dataLiteral(values)],
        ...property('condition', condition === undefined ? undefined : this.#condition(condition)),
      ]),
    );
    const inner = `${indent}    `;
    return object([
      ['place', this.#place(select.place)],
      ['arms', `[\n${arms.map((arm) => `${inner}${arm},\n`).join('')}${indent}  ]`],
      ...property('otherwise', literal(select.otherwise)),
    ]);
  }
}

type Property = readonly [key: string, value: string];

function property(key: string, value: string | undefined): Property[] {
  return value === undefined ? [] : [[key, value]];
}

function object(properties: readonly Property[]): string {
  if (properties.length === 0) return '{}';
  return `{ ${properties.map(([key, value]) => (key === value ? key : `${key}: ${value}`)).join(', ')} }`;
}

/** On one line where it fits behind what stands there already, else a property a line. */
function wrapped(properties: readonly Property[], indent: string, before: number): string {
  const short = object(properties);
  if (indent.length + before + short.length < lineLength && !short.includes('\n')) return short;
  return `{\n${properties.map(([key, value]) => `${indent}  ${key}: ${value},\n`).join('')}${indent}}`;
}

function literal(value: string | bigint | undefined): string | undefined {
  return value === undefined ? undefined : dataLiteral(value);
}

function offset(bits: number): string {
  return bits % 8 === 0 ? String(bits / 8) : `[${String(Math.floor(bits / 8))}, ${String(((bits % 8) + 8) % 8)}]`;
}

/** `u32le`, `bool8le`, `sbits5be`: see `elementOf` in the runtime. */
function wordOf(element: Extract<Element, { kind: 'integer' | 'bits' | 'float' }>): string {
  const order = element.byteOrder === 'little' ? 'le' : 'be';
  if (element.kind === 'float') return `f${String(element.sizeBytes * 8)}${order}`;
  if (element.kind === 'bits') {
    const kind = element.isBoolean === true ? 'boolbits' : element.isSigned ? 'sbits' : 'bits';
    return `${kind}${String(element.widthBits)}${order}`;
  }
  const kind = element.isBoolean === true ? 'bool' : element.isSigned ? 'i' : 'u';
  return `${kind}${String(element.sizeBytes * 8)}${order}`;
}
