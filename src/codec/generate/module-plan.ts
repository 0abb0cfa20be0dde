/**
 * What has to be known before the first line of a module is written: which classes there will be and what they are called.
 *
 * A nested record with a tag is one class, however often it is used, and is called after its tag; one without is called after
 * the path to it. Two records are the same if their descriptors say the same, meanings and places included.
 */

import type { Element, FieldDescriptor, RecordDescriptor, UnionElement } from '../record-descriptor.ts';
import { type Constants, constantsOf } from './constants.ts';
import { checkedIdentifier, ClassNames, pascalCase } from './names.ts';

export interface PlannedRecord {
  readonly name: string;
  readonly record: RecordDescriptor;
  readonly isOutermost: boolean;
  /** A union whose arm is selected, and the field that holds it; such a union has a type instead of a class. */
  readonly selected?: { readonly select: NonNullable<UnionElement['select']>; readonly container: FieldDescriptor };
  /** Whether more than one field has this record. */
  isShared: boolean;
}

export class ModulePlan {
  /** In the order they are written: outer ones first. */
  readonly records: PlannedRecord[] = [];
  readonly constants: readonly Constants[];
  readonly #names: ClassNames;
  readonly #planned = new Map<RecordDescriptor, PlannedRecord>();
  readonly #byContent = new Map<string, PlannedRecord>();
  readonly #runtimeNames = new Set<string>();

  constructor(descriptor: RecordDescriptor) {
    this.constants = constantsOf(descriptor);
    this.#names = new ClassNames(this.constants.map(({ name }) => name));
    this.#plan(descriptor, tagOf(descriptor) ?? 'Record');
  }

  /** Notes that a name of the runtime is used, and gives it back. */
  readonly runtime = (name: string): string => {
    this.#runtimeNames.add(name);
    return name;
  };

  /** Class of a nested record or union. */
  readonly classOf = (element: Element): string => {
    if (element.kind !== 'record' && element.kind !== 'union') return 'never';
    return this.recordOf(element.record).name;
  };

  recordOf(record: RecordDescriptor): PlannedRecord {
    const planned = this.#planned.get(record);
    if (planned === undefined) throw new Error(`no class was planned for ${record.type}`);
    return planned;
  }

  /** The names to import from the runtime, those that are only types marked so. */
  get imports(): string[] {
    return [...this.#runtimeNames].sort().map((name) => (types.has(name) ? `type ${name}` : name));
  }

  #plan(record: RecordDescriptor, wanted: string, container?: FieldDescriptor): void {
    const select = container?.element.kind === 'union' ? container.element.select : undefined;
    const selected =
      select === undefined || container === undefined || container.dimensions.length > 0
        ? {}
        : { selected: { select, container } };
    const tag = container === undefined || select !== undefined ? undefined : tagOf(record);
    const content = tag === undefined ? undefined : contentOf(record);
    const known = content === undefined ? undefined : this.#byContent.get(content);
    if (known !== undefined) {
      known.isShared = true;
      this.#adopt(record, known.record);
      return;
    }
    const name = this.#names.take(tag ?? wanted);
    const planned: PlannedRecord = { name, record, isOutermost: container === undefined, ...selected, isShared: false };
    this.records.push(planned);
    this.#planned.set(record, planned);
    if (content !== undefined) this.#byContent.set(content, planned);
    for (const field of record.fields) {
      checkedIdentifier(field.name);
      if (field.element.kind === 'record' || field.element.kind === 'union') {
        this.#plan(field.element.record, name + pascalCase(field.name), field);
      }
    }
  }

  /** A record that says the same as another one, and everything in it, is planned already. */
  #adopt(copy: RecordDescriptor, original: RecordDescriptor): void {
    this.#planned.set(copy, this.recordOf(original));
    for (const [index, { element }] of copy.fields.entries()) {
      const same = original.fields[index]?.element;
      if ((element.kind === 'record' || element.kind === 'union') && same?.kind === element.kind) {
        this.#adopt(element.record, same.record);
      }
    }
  }
}

const types: ReadonlySet<string> = new Set(['Inspection', 'Kept', 'RecordDescriptor']);

function tagOf({ type }: RecordDescriptor): string | undefined {
  const tag = type.replace(/^(struct|union) /, '');
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(tag) ? pascalCase(tag) : undefined;
}

function contentOf(record: RecordDescriptor): string {
  return JSON.stringify(record, (_, value: unknown) => (typeof value === 'bigint' ? `${String(value)}n` : value));
}
