/** Sizes of elements, and of what is left of an array after its first dimension. */

import type { Element, FieldDescriptor } from './record-descriptor.ts';

/** Whether elements are plain bytes, which an array of them is one value of. */
export function isByte(element: Element): boolean {
  return element.kind === 'integer' && element.sizeBytes === 1 && !element.isSigned;
}

export function elementBits(element: Element): number {
  switch (element.kind) {
    case 'bits':
      return element.widthBits;
    case 'integer':
    case 'float':
    case 'opaque':
      return element.sizeBytes * 8;
    case 'record':
    case 'union':
      return element.record.sizeBytes * 8;
    default:
      return element satisfies never;
  }
}

/** Bytes of one element of a flexible array, its further dimensions included. */
export function elementBytes(field: FieldDescriptor): number {
  return field.dimensions.slice(1).reduce((product, length) => product * length, elementBits(field.element) / 8);
}
