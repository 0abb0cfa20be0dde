/**
 * Enums: what their enumerators are worth, and of which types both are, as GCC chooses them (`enum-types.ts`).
 */

import type { Target } from '../../abi/target.ts';
import type { EnumType, Enumerator, IntegerBase, Type } from '../../abi/types.ts';
import { spellType } from '../../abi/types.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import { dataModelFact, targetFact } from '../environment.ts';
import type { Evaluator } from '../expression.ts';
import { integerBase } from '../expression/arithmetic.ts';
import type { Scope } from '../scope.ts';
import type { Attribute, EnumSpecifier, TypeName } from '../syntax.ts';
import { SyntaxProblem } from '../token-stream.ts';
import { locationOf, usedAs } from '../token.ts';
import { integerBaseOfMode, type LayoutAttributes } from './attributes.ts';
import { enumeratorBase, type EnumeratorValue, fits, narrowestBase, nextEnumeratorValue } from './enum-types.ts';
import { isMadeByRequestMacro, sizedType } from './enumerated-requests.ts';
import type { Lowered } from './lowered.ts';
import { requestOf } from './request-macros.ts';
import type { TypeTable } from './type-table.ts';

/** What an enum may need to know of the declarations around it. */
interface EnumHost {
  readonly scope: Scope;
  readonly target: Target;
  readonly types: TypeTable;
  readonly evaluator: Evaluator;
  readonly typeOf: (name: TypeName) => Type;
  readonly attributesOf: (attributes: readonly Attribute[]) => LayoutAttributes;
  readonly report: (diagnostic: Diagnostic) => void;
  readonly add: (lowered: Lowered) => void;
}

/** An enum of a given mode is as signed as without it; GCC refuses one whose values do not fit (`finish_enum`). */
function enumBaseOfMode(mode: Attribute, values: readonly bigint[], target: Target): IntegerBase {
  const isUnsigned = !values.some((value) => value < 0n);
  const base = integerBaseOfMode(mode, isUnsigned, target);
  if (base !== undefined && fits(values, base)) return base;
  throw new SyntaxProblem('unknown-mode', 'The values of the enum do not fit its machine mode.', mode.token);
}

const largestSigned = (1n << 63n) - 1n;

export class EnumLowering {
  readonly #host: EnumHost;

  constructor(host: EnumHost) {
    this.#host = host;
  }

  /** Binds the tag and the enumerators of a definition. @throws {SyntaxProblem} if it is none. */
  typeOf(specifier: EnumSpecifier): EnumType {
    const { scope, target, types, typeOf, attributesOf, evaluator, add } = this.#host;
    const { tag, token } = specifier;
    const known = tag === undefined ? undefined : scope.tag(tag);
    if (known !== undefined && known.kind !== 'enum') {
      throw new SyntaxProblem('redefinition', `${tag ?? ''} is another kind of type.`, token);
    }
    const fixed = specifier.underlying === undefined ? undefined : integerBase(typeOf(specifier.underlying));
    if (specifier.enumerators === undefined) {
      if (known !== undefined) return known;
      // GCC allows an enum to be named before it is defined; it then has the size of an int.
      const underlying = fixed ?? 'unsigned int';
      const forward = types.enum({ kind: 'enum', tag, enumerators: [], underlying });
      if (tag !== undefined) scope.bindTag(tag, forward);
      return forward;
    }
    if (specifier.enumerators.length === 0) throw new SyntaxProblem('syntax', 'An enum has enumerators.', token);
    const attributes = attributesOf(specifier.attributes);
    const given = this.#enumerators(specifier, fixed);
    const isLong64 = (): boolean => {
      scope.binding(dataModelFact);
      return target.dataModel === 'LP64';
    };
    const values = given.map(({ value }) => value);
    const narrowest = fixed ?? narrowestBase(values, attributes.isPacked, isLong64);
    if (attributes.mode !== undefined) scope.binding(targetFact);
    const underlying = attributes.mode === undefined ? narrowest : enumBaseOfMode(attributes.mode, values, target);
    // No type holds all of them where one is negative and one beyond the signed ones: GCC says so, and makes them what the signed type holds.
    const enumerators = given.map((one) =>
      one.value > largestSigned ? { ...one, value: evaluator.wrap(one.value, underlying) } : one,
    );
    const location = locationOf(token);
    // `aligned` has no effect: GCC's `finish_enum` gives the enum the alignment of its integer type after attributes were looked at.
    const type = types.enum({ kind: 'enum', tag, enumerators, underlying, location });
    if (known !== undefined && known.enumerators.length > 0) {
      if (known === type) return type;
      throw new SyntaxProblem('redefinition', `enum ${tag ?? ''} is defined again.`, token);
    }
    for (const { name, value } of enumerators) {
      const base = fixed ?? enumeratorBase(value, underlying);
      scope.bindOrdinary(name, types.enumerator(name, value, base));
    }
    if (tag !== undefined) scope.bindTag(tag, type);
    const name = tag === undefined ? `enum {${enumerators[0]?.name ?? ''}}` : `enum ${tag}`;
    const header = usedAs(token).file.name;
    add({ kind: 'enum', declaration: { name, header, location, type } });
    this.#addRequests(specifier, enumerators);
    return type;
  }

  #enumerators(specifier: EnumSpecifier, fixed: IntegerBase | undefined): Enumerator[] {
    const { scope, types, evaluator } = this.#host;
    const enumerators: Enumerator[] = [];
    const names = new Set<string>();
    let next: EnumeratorValue | undefined = { value: 0n, base: fixed ?? 'int' };
    for (const { name, value, token } of specifier.enumerators ?? []) {
      const given: EnumeratorValue | undefined = value === undefined ? next : evaluator.integer(value);
      if (given === undefined) {
        throw new SyntaxProblem(
          'enum-overflow',
          `The value of ${name} is too large for the type of the one before.`,
          token,
        );
      }
      const known = scope.ordinary(name);
      const isSame = known?.kind === 'enumerator' && known.value === given.value;
      if (names.has(name) || (known !== undefined && !isSame)) {
        throw new SyntaxProblem('redefinition', `${name} is declared a second time.`, token);
      }
      names.add(name);
      const enumerator = { name, value: given.value, location: locationOf(token) };
      enumerators.push(value?.kind === 'name' ? { ...enumerator, sameAs: value.token.text } : enumerator);
      const base = fixed ?? enumeratorBase(given.value, given.base);
      // Visible to the enumerators that follow, before the enum has a type.
      scope.bindOrdinary(name, types.enumerator(name, given.value, base));
      next = nextEnumeratorValue(given.value, base, (one) => evaluator.bits(one));
    }
    return enumerators;
  }

  /** Enumerators that are requests are that besides. */
  #addRequests({ enumerators: written = [] }: EnumSpecifier, enumerators: readonly Enumerator[]): void {
    const { scope, target, typeOf, add } = this.#host;
    for (const [index, { name, value, location }] of enumerators.entries()) {
      const made = written[index];
      if (made?.value === undefined || !isMadeByRequestMacro(made.value)) continue;
      const header = usedAs(made.token).file.name;
      const carried = sizedType(made.value);
      const argument = carried === undefined ? {} : { argument: spellType(typeOf(carried)) };
      const place = location === undefined ? {} : { location };
      const request = requestOf(value, scope, target);
      add({ kind: 'request', declaration: { name, header, ...place, ...request, ...argument } });
    }
  }
}
