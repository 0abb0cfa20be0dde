/**
 * What qualifiers and attributes make of a type: `_Atomic`, `mode`, `vector_size`, `aligned`.
 */

import type { Target } from '../../abi/target.ts';
import { type FloatBase, type IntegerBase, spellType, type Type, unalias } from '../../abi/types.ts';
import { dataModelFact, targetFact } from '../environment.ts';
import type { Evaluator } from '../expression.ts';
import { integerBase } from '../expression/arithmetic.ts';
import type { Scope } from '../scope.ts';
import type { Attribute, Declarator } from '../syntax.ts';
import { SyntaxProblem } from '../token-stream.ts';
import type { Token } from '../token.ts';
import { integerBaseOfMode, type LayoutAttributes, wordOfMode } from './attributes.ts';
import { hasType } from './rare-types.ts';
import type { TypeTable } from './type-table.ts';

const floatModes: Readonly<Record<string, FloatBase>> = {
  ...{ HF: '_Float16', SF: 'float', DF: 'double', XF: 'long double', TF: '__float128' },
};
/** By the size of the type that is atomic. */
const atomicBases: Readonly<Record<number, IntegerBase>> = {
  ...{ 1: 'char', 2: 'short', 4: 'int', 8: 'long long', 16: '__int128' },
};

export class ModifiedTypes {
  readonly #scope: Scope;
  readonly #target: Target;
  readonly #types: TypeTable;
  readonly #evaluator: Evaluator;

  constructor(scope: Scope, target: Target, types: TypeTable, evaluator: Evaluator) {
    this.#scope = scope;
    this.#target = target;
    this.#types = types;
    this.#evaluator = evaluator;
  }

  /** `mode` and `vector_size` change the type itself. */
  modified(base: Type, { mode, vectorSize }: LayoutAttributes, declarator?: Declarator): Type {
    const type = mode === undefined ? base : this.#ofMode(base, mode, declarator);
    return vectorSize === undefined ? type : this.#vector(type, vectorSize);
  }

  /** A type with an alignment of its own is one under another name, but that nobody declared it. */
  aligned(type: Type, { typeAlignBytes: alignBytes }: LayoutAttributes): Type {
    if (alignBytes === undefined) return type;
    const name = `${spellType(type)} __attribute__((aligned(${alignBytes})))`;
    return this.#types.typedef({ kind: 'typedef', name, type, alignBytes });
  }

  /**
   * GCC aligns what is atomic at least as an integer of the same size, if there is one, and lowers it nowhere
   * (`build_qualified_type`, `x86_field_alignment`).
   */
  atomic(type: Type, token: Token): Type {
    const { kind } = unalias(type);
    if (kind === 'void') return type;
    if (kind === 'array' || kind === 'function') {
      throw new SyntaxProblem('bad-atomic', `No ${kind} can be atomic.`, token);
    }
    const sizeBytes = this.#evaluator.sizeBytes(type, token);
    const like = atomicBases[sizeBytes];
    const least = like === undefined ? 1 : this.#evaluator.alignBytes(this.#types.integer(like), token);
    const alignBytes = Math.max(least, this.#evaluator.alignBytes(type, token));
    return this.#types.typedef({ kind: 'typedef', name: `_Atomic(${spellType(type)})`, type, alignBytes });
  }

  /** A type of the given width and the signedness of `type`. An enum stays one, whatever it can hold. */
  #ofMode(type: Type, mode: Attribute, declarator: Declarator | undefined): Type {
    const outermost = declarator?.parts.findLast(({ kind }) => kind !== 'attributes');
    if (outermost !== undefined) {
      this.#checkDerived(outermost.kind, mode);
      return type;
    }
    const behind = unalias(type);
    const word = wordOfMode(mode);
    const given = integerBase(type);
    if (given !== undefined && (given !== '_Bool' || word === 'QI')) {
      if (given === 'char') this.#scope.binding(targetFact);
      const isUnsigned = given === 'char' ? !this.#target.isCharSigned : given.startsWith('unsigned');
      if (/^(?:word|unwind_word|TI)$/.test(word)) this.#scope.binding(targetFact);
      const base = given === '_Bool' ? given : integerBaseOfMode(mode, isUnsigned, this.#target);
      if (base !== undefined) {
        return behind.kind === 'enum' ? this.#types.enum({ ...behind, underlying: base }) : this.#types.integer(base);
      }
    }
    const float = Object.hasOwn(floatModes, word) ? floatModes[word] : undefined;
    if (behind.kind === 'float' && float !== undefined && this.#hasFloat(word)) return this.#types.float(float);
    throw new SyntaxProblem('unknown-mode', `The machine mode "${word}" is not known here.`, mode.token);
  }

  /** A pointer may be given the mode that it has; an array or a function none (`handle_mode_attribute`). */
  #checkDerived(kind: 'pointer' | 'array' | 'function' | 'attributes', mode: Attribute): void {
    const base = kind === 'pointer' ? integerBaseOfMode(mode, false, this.#target) : undefined;
    this.#scope.binding(dataModelFact);
    const isPointer = base !== undefined && this.#evaluator.bits(base) === this.#evaluator.bits('long');
    if (!isPointer)
      throw new SyntaxProblem('unknown-mode', `No ${kind} has the mode "${wordOfMode(mode)}".`, mode.token);
  }

  /** XF is the x87's and the 68881's. */
  #hasFloat(word: string): boolean {
    const type = word === 'HF' ? '_Float16' : word === 'TF' ? '_Float128' : undefined;
    if (type === undefined && word !== 'XF') return true;
    this.#scope.binding(targetFact);
    if (type !== undefined) return hasType(type, this.#target);
    return this.#target.kernelArchitecture === 'x86' || this.#target.kernelArchitecture === 'm68k';
  }

  #vector(type: Type, { argument, token }: Attribute): Type {
    const { kind } = unalias(type);
    if ((kind !== 'integer' && kind !== 'enum' && kind !== 'float') || integerBase(type) === '_Bool') {
      throw new SyntaxProblem('bad-vector', 'A vector has numbers for elements.', token);
    }
    const size = argument === undefined ? 0n : this.#evaluator.integer(argument).value;
    const count = (size > 1n << 16n ? 0 : Number(size)) / this.#evaluator.sizeBytes(type, token);
    if (count < 1 || !Number.isInteger(Math.log2(count))) {
      throw new SyntaxProblem('bad-vector', 'A vector has as many elements as a power of two.', token);
    }
    return this.#types.vector(type, Number(size));
  }
}

/** Whether a type is one that `ModifiedTypes.atomic` made, under whatever names. */
export function isAtomic(type: Type): boolean {
  for (let at = type; at.kind === 'typedef'; at = at.type) if (at.name.startsWith('_Atomic(')) return true;
  return false;
}
