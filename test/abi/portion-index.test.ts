/** An index has to say where names stand whether few are asked for or many, and whenever portions come. */

import { describe, expect, test } from 'vitest';
import type { Declared, Place } from '../../src/abi/portion.ts';
import { PortionIndex } from '../../src/abi/portion-index.ts';

function constant(name: string, value: bigint): Declared {
  return { kind: 'constant', declaration: { name, value, header: 'a.h', text: String(value) } };
}

function enumOf(name: string, ...names: string[]): Declared {
  const enumerators = names.map((one, index) => ({ name: one, value: BigInt(index) }));
  return {
    kind: 'enum',
    declaration: { name, header: 'a.h', type: { kind: 'enum', tag: name, enumerators, underlying: 'unsigned int' } },
  };
}

function valuesAt(places: Place | undefined): number[] {
  const values: number[] = [];
  for (let place = places; place !== undefined; place = place.next) {
    if (place.declared.kind === 'constant') values.push(Number(place.declared.declaration.value));
  }
  return values.sort((a, b) => a - b);
}

function fill(index: PortionIndex, count: number, offset: number): void {
  const numbers = Array.from({ length: count }, (_, at) => constant(`N${at}_A`, BigInt(at + offset)));
  index.enter(index.portionOf([constant('__proto__', BigInt(offset)), ...numbers], `${offset}.h`));
}

describe('the places of a name', () => {
  test('are found before and after all names are listed, in portions that came in between as well', () => {
    const index = new PortionIndex();
    fill(index, 100, 0);
    expect(valuesAt(index.placesOf('N7_A'))).toEqual([7]);
    expect(index.placesOf('constructor')).toBeUndefined();
    fill(index, 100, 1000);
    expect(valuesAt(index.placesOf('N7_A'))).toEqual([7, 1007]);
    // More than are worth looking for one by one.
    for (let at = 0; at < 100; at++) {
      expect(valuesAt(index.placesOf(`N${at}_A`))).toEqual([at, 1000 + at]);
    }
    fill(index, 10, 5000);
    expect(valuesAt(index.placesOf('N7_A'))).toEqual([7, 1007, 5007]);
    expect(valuesAt(index.placesOf('__proto__'))).toEqual([0, 1000, 5000]);
    expect(index.placesOf('constructor')).toBeUndefined();
  });

  test.each([3, 300])('are found where %i names were announced', (count) => {
    const index = new PortionIndex();
    fill(index, 400, 0);
    const names = new Set(Array.from({ length: count }, (_, at) => `N${at}_A`));
    index.expect(names);
    fill(index, 400, 1000);
    for (const name of [...names, 'N399_A', '__proto__']) expect(valuesAt(index.placesOf(name))).toHaveLength(2);
  });
});

describe('the numbers of a word', () => {
  const wordsIn = (index: PortionIndex, word: string): string[] =>
    [...index.numbersWith(word).values()].flatMap(({ slice }) =>
      slice.map((one) => ('name' in one ? one.name : one.declaration.name)),
    );

  test('are those of all portions, whenever they came', () => {
    const index = new PortionIndex();
    index.enter(index.portionOf([constant('KVM_A', 1n), constant('VFIO_B', 2n), constant('KVM_C', 3n)], 'a.h'));
    expect(wordsIn(index, 'KVM_')).toEqual(['KVM_A', 'KVM_C']);
    index.enter(index.portionOf([constant('KVM_D', 4n)], 'b.h'));
    expect(wordsIn(index, 'KVM_').sort()).toEqual(['KVM_A', 'KVM_C', 'KVM_D']);
    expect(wordsIn(index, '__proto__')).toEqual([]);
  });

  test('include an enum that another one of its name may stand back for', () => {
    const index = new PortionIndex();
    index.enter(index.portionOf([enumOf('enum color', 'OLD_RED'), constant('OLD_X', 9n)], 'a.h'));
    expect(wordsIn(index, 'NEW_')).toEqual([]);
    index.enter(index.portionOf([enumOf('enum color', 'NEW_RED')], 'b.h'));
    expect(wordsIn(index, 'NEW_')).toEqual(['enum color', 'enum color']);
    expect(wordsIn(index, 'OLD_')).toEqual(['enum color', 'OLD_X', 'enum color']);
  });
});
