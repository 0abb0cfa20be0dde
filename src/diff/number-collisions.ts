/**
 * A number claimed twice in one family: two capabilities with one number, two exits.
 *
 * Families lie within the names of one first word, so what two groups of such names show holds wherever they meet again.
 */

import { groupBy } from '../abi/group-by.ts';
import { wordOf } from '../abi/portion.ts';
import type { NamedNumber, NumberChange } from './changes.ts';
import { isMember } from './families.ts';
import { valuesThatCame } from './number-difference.ts';
import type { NumberGroup } from './number-group.ts';
import { areOfOneList } from './number-lists.ts';
import type { NumberPair } from './number-pair.ts';
import { onceForPair } from '../abi/once.ts';

type Collision = Extract<NumberChange, { readonly kind: 'number-collision' }>;

/** `newcomers`: the numbers of the new side whose value the old side did not give their name. */
export function collisionsAmong(newcomers: readonly NamedNumber[], numbers: NumberPair): readonly Collision[] {
  const isAsked = new Set(newcomers);
  const byWord = groupBy(
    newcomers.filter((one) => isMember(one) && numbers.mayBeShared(one)),
    ({ name }) => wordOf(name),
  );
  return [...byWord].flatMap(([word, some]) => {
    const groups = numbers.groupsAround(word, some);
    if (groups === undefined) return [];
    return collisionsIn(groups.old, groups.new).filter(({ newcomer }) => isAsked.has(newcomer));
  });
}

const collisionsIn = onceForPair(findCollisions);

function findCollisions(old: NumberGroup, next: NumberGroup): readonly Collision[] {
  const newcomers = valuesThatCame(old, next);
  const isNew = new Set(newcomers);
  const changes: Collision[] = [];
  for (const sharers of placesOf(newcomers, next)) {
    for (const newcomer of sharers) {
      if (!isNew.has(newcomer) || !isMember(newcomer)) continue;
      const families = old.familyIn(newcomer.declaration.header);
      for (const holder of sharers) {
        if (holder === newcomer || !isMember(holder) || isAlias(newcomer, holder)) continue;
        if (isNew.has(holder) && holder.name > newcomer.name) continue;
        const ofCodes = families.codes(newcomer, holder.name);
        if (ofCodes !== undefined) {
          changes.push({ kind: 'number-collision', family: ofCodes, newcomer, holder, areCodes: true });
          continue;
        }
        const family = families.common(newcomer.name, holder.name) ?? families.atTop(newcomer, holder.name);
        if (family === undefined || !families.isRecent(family, newcomer.value)) continue;
        if (!families.isNumberSpace(family) || isOfNewGroup(newcomer, family, old, next)) continue;
        if (!areOfOneList(newcomer, holder, keptMembers(newcomer, family, old, next))) continue;
        changes.push({ kind: 'number-collision', family, newcomer, holder });
      }
    }
  }
  return changes;
}

/** The names under a prefix that both sides give one number, where they stand now. */
function keptMembers(
  { declaration }: NamedNumber,
  family: string,
  old: NumberGroup,
  next: NumberGroup,
): readonly NamedNumber[] {
  const families = next.familyIn(declaration.header);
  return families.withPrefix(family).filter((one) => isMember(one) && old.get(one.name)?.value === one.value);
}

/** Two names for one thing on purpose: one is defined by the other, or both by a third. */
function isAlias(a: NamedNumber, b: NamedNumber): boolean {
  return nameBehind(a) === nameBehind(b);
}

function nameBehind({ name, declaration, enumerator }: NamedNumber): string {
  if (enumerator !== undefined) return enumerator.sameAs ?? name;
  const text = 'text' in declaration ? declaration.text.replace(/[()\s]/g, '') : '';
  return /^[A-Za-z_]\w*$/.test(text) ? text : name;
}

/** Names that share one value in one header, where one of them is new. */
function placesOf(newcomers: readonly NamedNumber[], next: NumberGroup): readonly (readonly NamedNumber[])[] {
  const places: (readonly NamedNumber[])[] = [];
  for (const [header, inHeader] of groupBy(newcomers, ({ declaration }) => declaration.header)) {
    for (const value of new Set(inHeader.map((number) => number.value))) {
      const sharers = next.inHeader(header, value);
      if (sharers.length > 1) places.push(sharers);
    }
  }
  return places;
}

/**
 * Whether a name came together with others under a longer prefix that is new (`CAN_RAW_XL_VCID_…`): those number
 * themselves, and are no members of the family their prefix happens to extend.
 */
function isOfNewGroup(
  { name, declaration }: NamedNumber,
  family: string,
  old: NumberGroup,
  next: NumberGroup,
): boolean {
  const [before, after] = [old.familyIn(declaration.header), next.familyIn(declaration.header)];
  for (let end = name.lastIndexOf('_') + 1; end > family.length;) {
    const prefix = name.slice(0, end);
    if (after.hasWithPrefix(prefix, 2) && !before.hasWithPrefix(prefix, 1)) return true;
    end = name.lastIndexOf('_', end - 2) + 1;
  }
  return false;
}
