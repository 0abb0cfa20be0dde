/**
 * Which columns a record becomes: one for every single value, wherever it stands.
 *
 * | in the record | in the table |
 * |---|---|
 * | integer, bit-field, enumeration, pointer | an integer column of the next width; `_Bool` stays an integer, since 2 is what one looks for |
 * | `float`, `double` | a floating point column |
 * | array of bytes (up to 256) | one column of bytes |
 * | other array (up to 64 elements) | a column for each element: `args[0]` |
 * | arm of a union with a discriminant | columns that are null in records where the arm is not selected |
 * | union that nothing selects from | a column for every reading of its bytes |
 * | padding, reserved space, holes | none; what is in them is judged elsewhere |
 *
 * Left out, and named in `omitted`: longer arrays, flexible array members, 128-bit integers, opaque types.
 */

import type { ArmSelection, Element, FieldDescriptor, RecordDescriptor, ScalarElement } from './record-descriptor.ts';

export type ColumnType =
  'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'uint64' | 'int64' | 'float32' | 'float64' | 'bytes';

/** A union arm the column stands in: the column holds a value only where the arm is selected. */
export interface ColumnGuard {
  readonly select: ArmSelection;
  /** Where the record with the union starts; the places of `select` count from there. */
  readonly baseBits: number;
  /** Property name of the arm. */
  readonly arm: string;
}

export interface RecordColumn {
  readonly path: string;
  readonly type: ColumnType;
  readonly offsetBits: number;
  /** The value to read; missing for bytes. */
  readonly element?: ScalarElement;
  /** Of a column of bytes. */
  readonly sizeBytes?: number;
  /** Outer unions first; empty for a column that always has a value. */
  readonly guards: readonly ColumnGuard[];
  readonly field: FieldDescriptor;
}

export interface ColumnPlan {
  readonly columns: readonly RecordColumn[];
  /** Paths of what no column holds. */
  readonly omitted: readonly string[];
}

const maxByteArray = 256;
const maxElements = 64;
/** A record of nested arrays of unions must not become a million columns. */
const maxColumns = 4096;

/** The columns of a record; with `paths`, those fields (and all below them) only. */
export function planColumns(descriptor: RecordDescriptor, paths?: readonly string[]): ColumnPlan {
  const planner = new Planner();
  planner.record(descriptor, 0, '', []);
  if (paths === undefined) return planner;
  const isWanted = (path: string): boolean =>
    paths.some((wanted) => path === wanted || path.startsWith(`${wanted}.`) || path.startsWith(`${wanted}[`));
  return { columns: planner.columns.filter(({ path }) => isWanted(path)), omitted: planner.omitted.filter(isWanted) };
}

class Planner implements ColumnPlan {
  readonly columns: RecordColumn[] = [];
  readonly omitted: string[] = [];

  record(record: RecordDescriptor, baseBits: number, prefix: string, guards: readonly ColumnGuard[]): void {
    for (const field of record.fields) if (field.role === undefined) this.field(field, baseBits, prefix, guards);
  }

  field(field: FieldDescriptor, baseBits: number, prefix: string, guards: readonly ColumnGuard[]): void {
    const offsetBits = baseBits + field.offsetBits;
    const path = field.cName === undefined ? prefix : prefix === '' ? field.cName : `${prefix}.${field.cName}`;
    const { element, dimensions } = field;
    if (dimensions.length === 0) {
      this.#element(field, element, { offsetBits, baseBits, path, guards });
      return;
    }
    const count = dimensions.reduce((product, length) => product * length, 1);
    const isFixed = field.isFlexible !== true && count > 0;
    if (isFixed && element.kind === 'integer' && element.sizeBytes === 1 && count <= maxByteArray) {
      this.#add({ path, type: 'bytes', offsetBits, sizeBytes: count, guards, field });
    } else if (isFixed && count <= maxElements && dimensions.length === 1) {
      const stride = field.sizeBits / count;
      for (let i = 0; i < count; i++) {
        const at = offsetBits + i * stride;
        this.#element(field, element, { offsetBits: at, baseBits: at, path: `${path}[${String(i)}]`, guards });
      }
    } else {
      this.omitted.push(path);
    }
  }

  #element(
    field: FieldDescriptor,
    element: Element,
    at: {
      readonly offsetBits: number;
      readonly baseBits: number;
      readonly path: string;
      readonly guards: readonly ColumnGuard[];
    },
  ): void {
    switch (element.kind) {
      case 'record':
        this.record(element.record, at.offsetBits, at.path, at.guards);
        return;
      case 'union': {
        const { select, record } = element;
        if (select === undefined) {
          this.record(record, at.offsetBits, at.path, at.guards);
          return;
        }
        const selectable = new Set([...select.arms.map(({ name }) => name), select.otherwise]);
        for (const arm of record.fields) {
          if (!selectable.has(arm.name)) continue;
          const guards = [...at.guards, { select, baseBits: at.baseBits, arm: arm.name }];
          this.field(arm, at.offsetBits, at.path, guards);
        }
        return;
      }
      case 'opaque':
        this.omitted.push(at.path);
        return;
      case 'integer':
      case 'bits':
      case 'float': {
        const type = columnTypeOf(element);
        if (type === undefined) this.omitted.push(at.path);
        else this.#add({ path: at.path, type, offsetBits: at.offsetBits, element, guards: at.guards, field });
        return;
      }
      default:
        element satisfies never;
    }
  }

  #add(column: RecordColumn): void {
    if (this.columns.length < maxColumns) this.columns.push(column);
    else this.omitted.push(column.path);
  }
}

function columnTypeOf(element: ScalarElement): ColumnType | undefined {
  if (element.kind === 'float') return element.sizeBytes === 4 ? 'float32' : 'float64';
  const bits = element.kind === 'bits' ? element.widthBits : element.sizeBytes * 8;
  if (bits > 64) return undefined;
  if (bits <= 8) return element.isSigned ? 'int8' : 'uint8';
  if (bits <= 16) return element.isSigned ? 'int16' : 'uint16';
  if (bits <= 32) return element.isSigned ? 'int32' : 'uint32';
  return element.isSigned ? 'int64' : 'uint64';
}
