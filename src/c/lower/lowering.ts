/**
 * Syntax → types: looks names up, computes array lengths, and binds what is declared (enums: `enum-lowering.ts`).
 *
 * Follows GCC where C leaves a choice: what a misplaced attribute applies to, which redeclarations are the same. A declaration that
 * cannot be understood throws `SyntaxProblem` and binds nothing that is half known.
 */

import type { Target } from '../../abi/target.ts';
import type { Field, RecordType, Type, TypedefType } from '../../abi/types.ts';
import { spellType, unalias } from '../../abi/types.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import type { Scope } from '../scope.ts';
import { Evaluator } from '../expression.ts';
import { integerBase } from '../expression/arithmetic.ts';
import { limits } from '../limits.ts';
import { Macro } from '../macro.ts';
import type {
  Attribute,
  Declarator,
  Expression,
  ExternalDeclaration,
  Member,
  MemberDeclarator,
  RecordSpecifier,
  Specifiers,
  StaticAssertion,
  TypeName,
  TypeSpecifier,
} from '../syntax.ts';
import { SyntaxProblem } from '../token-stream.ts';
import { locationOf, type Token, usedAs } from '../token.ts';
import { applyMode, isAlignas, type LayoutAttributes, noAttributes, readAttributes } from './attributes.ts';
import { basicType } from './basic-types.ts';
import { EnumLowering } from './enum-lowering.ts';
import type { Lowered } from './lowered.ts';
import type { TypeTable } from './type-table.ts';

export class Lowering {
  readonly evaluator: Evaluator;
  readonly lowered: Lowered[] = [];
  readonly #scope: Scope;
  readonly #target: Target;
  readonly #types: TypeTable;
  readonly #report: (diagnostic: Diagnostic) => void;
  #enums: EnumLowering | undefined;

  constructor(scope: Scope, target: Target, types: TypeTable, report: (diagnostic: Diagnostic) => void) {
    this.#scope = scope;
    this.#target = target;
    this.#types = types;
    this.#report = report;
    this.evaluator = new Evaluator({
      scope,
      target,
      types,
      typeOf: (name) => this.typeOf(name),
      complete: (type) => this.#complete(type),
    });
  }

  declare(declaration: ExternalDeclaration): void {
    switch (declaration.kind) {
      case 'empty':
        return;
      case 'static-assertion':
        this.#assert(declaration);
        return;
      case 'declaration':
        break;
      default:
        declaration satisfies never;
        return;
    }
    const { specifiers, declarators } = declaration;
    const base = this.#specifiedType(specifiers.type);
    for (const item of declarators) this.#declareName(specifiers, base, item);
  }

  /** The type that a type name means. */
  typeOf(name: TypeName): Type {
    const { specifiers, declarator } = name;
    const attributes = this.#attributes(specifiers.attributes);
    const base = this.#modified(this.#specifiedType(specifiers.type), attributes);
    // Those of the specifiers are applied to the whole type (`groktypename`): a pointer is aligned, not what it points to.
    return this.#complete(this.#aligned(this.#declaredType(base, declarator), attributes));
  }

  /** Made for the first enum: each macro is read with a lowering of its own, and hardly any has one. */
  #enumLowering(): EnumLowering {
    this.#enums ??= new EnumLowering({
      ...{ scope: this.#scope, target: this.#target, types: this.#types, report: this.#report },
      evaluator: this.evaluator,
      typeOf: (name) => this.typeOf(name),
      attributesOf: (attributes) => this.#attributes(attributes),
      add: (lowered) => this.lowered.push(lowered),
    });
    return this.#enums;
  }

  #declareName(specifiers: Specifiers, base: Type, item: MemberDeclarator): void {
    const { declarator } = item;
    const { name } = declarator;
    if (name === undefined) return;
    const attributes = this.#attributes([...specifiers.attributes, ...declarator.attributes, ...item.attributes]);
    const type = this.#declaredType(this.#modified(base, attributes), declarator);
    const known = this.#scope.ordinary(name.text);
    const location = locationOf(name);
    if (specifiers.storage !== 'typedef') {
      if (known !== undefined && !(known.kind === 'object' && isLengthOf(type, known.type))) return;
      this.#scope.bindOrdinary(name.text, this.#types.object(type));
      if (known !== undefined) return;
      if (declarator.parts.at(-1)?.kind !== 'function') return;
      const declaration = { name: name.text, header: usedAs(name).file.name, location, body: '', isFunction: true };
      this.lowered.push({ kind: 'text', declaration });
      return;
    }
    const { alignBytes } = attributes;
    const typedef = this.#types.typedef({
      ...{ kind: 'typedef', name: name.text, type },
      ...(alignBytes === undefined ? {} : { alignBytes }),
    });
    if (known !== undefined) {
      // C11 allows the same again; the first place is kept.
      const isSame = known.kind === 'typedef' && known.type === type && known.alignBytes === alignBytes;
      if (isSame) return;
      throw new SyntaxProblem('redefinition', `${name.text} is already something else.`, name);
    }
    this.#scope.bindOrdinary(name.text, typedef);
    const header = usedAs(name).file.name;
    this.lowered.push({ kind: 'typedef', declaration: { name: name.text, header, location, type: typedef } });
    this.#nameAnonymous(base, typedef, declarator, header);
  }

  /** `typedef struct {…} name_t`: the typedef's name is the only one the record has. */
  #nameAnonymous(base: Type, typedef: TypedefType, declarator: Declarator, header: string): void {
    if (declarator.parts.length > 0 || (base.kind !== 'record' && base.kind !== 'enum') || base.tag !== undefined)
      return;
    const { name } = typedef;
    const place = base.location === undefined ? {} : { location: base.location };
    if (base.kind === 'record') {
      this.lowered.push({ kind: 'record', declaration: { name, header, ...place, record: base } });
      return;
    }
    // The enum was listed under its first enumerator before its name was known.
    const last = this.lowered.findIndex((one) => one.kind === 'enum' && one.declaration.type === base);
    if (last >= 0) this.lowered.splice(last, 1);
    this.lowered.push({ kind: 'enum', declaration: { name, header, ...place, type: base } });
  }

  #assert(assertion: StaticAssertion): void {
    const { value } = this.evaluator.integer(assertion.condition);
    if (value !== 0n) return;
    const message = `A static assertion fails: ${assertion.message.slice(0, 200)}`;
    throw new SyntaxProblem('static-assertion', message, assertion.token);
  }

  #attributes(attributes: readonly Attribute[]): LayoutAttributes {
    if (attributes.length === 0) return noAttributes;
    return readAttributes(attributes, {
      integer: (expression) => this.evaluator.integer(expression).value,
      biggestAlignment: () => {
        const macro = this.#scope.binding('__BIGGEST_ALIGNMENT__');
        return macro instanceof Macro ? Number(macro.body[0]?.text) : 1;
      },
    });
  }

  /** `mode` and `vector_size` change the type itself. */
  #modified(base: Type, attributes: LayoutAttributes): Type {
    const { mode, vectorSize } = attributes;
    const type = mode === undefined ? base : applyMode(base, mode, this.#types);
    if (vectorSize === undefined) return type;
    const { kind } = unalias(type);
    if (kind !== 'integer' && kind !== 'enum' && kind !== 'float') {
      throw new SyntaxProblem('bad-vector', 'A vector has numbers for elements.', vectorSize.token);
    }
    const size = vectorSize.argument === undefined ? 0n : this.evaluator.integer(vectorSize.argument).value;
    if (size <= 0n || size > 1n << 16n || (size & (size - 1n)) !== 0n) {
      throw new SyntaxProblem('bad-vector', 'The size of a vector is a power of two.', vectorSize.token);
    }
    return this.#types.vector(type, Number(size));
  }

  /** A type with an alignment of its own is one under another name, but that nobody declared it. */
  #aligned(type: Type, { alignBytes }: LayoutAttributes): Type {
    if (alignBytes === undefined) return type;
    const name = `${spellType(type)} __attribute__((aligned(${alignBytes})))`;
    return this.#types.typedef({ kind: 'typedef', name, type, alignBytes });
  }

  #specifiedType(specifier: TypeSpecifier): Type {
    switch (specifier.kind) {
      case 'basic':
        return basicType(specifier.words, specifier.token, this.#types);
      case 'typedef-name': {
        const binding = this.#scope.ordinary(specifier.name);
        if (binding?.kind === 'typedef') return binding;
        throw new SyntaxProblem('unknown-type', `There is no type called ${specifier.name}.`, specifier.token);
      }
      case 'typeof': {
        const { operand } = specifier;
        return operand.kind === 'type-name' ? this.typeOf(operand) : this.evaluator.operand(operand).type;
      }
      case 'record':
        return this.#recordType(specifier);
      case 'enum':
        return this.#enumLowering().typeOf(specifier);
      default:
        return specifier satisfies never;
    }
  }

  #declaredType(base: Type, declarator: Declarator): Type {
    let type = base;
    for (const part of declarator.parts) {
      switch (part.kind) {
        case 'pointer':
          type = this.#types.pointer(type);
          break;
        case 'function':
          type = this.#types.function;
          break;
        case 'attributes': {
          const attributes = this.#attributes(part.attributes);
          type = this.#aligned(this.#modified(type, attributes), attributes);
          break;
        }
        case 'array': {
          const length = part.length === undefined ? undefined : this.evaluator.integer(part.length).value;
          if (length !== undefined && (length < 0n || length > 1n << 47n)) {
            throw new SyntaxProblem('bad-array-length', `An array cannot have ${length} elements.`, part.token);
          }
          type = this.#types.array(this.#complete(type), length === undefined ? undefined : Number(length));
          this.#checkSize(type, part.token);
          break;
        }
        default:
          part satisfies never;
      }
      if (this.#types.depthOf(type) > limits.typeDepth) {
        const at = declarator.name;
        const message = 'Types are built on each other too deeply.';
        if (at !== undefined) throw new SyntaxProblem('limit-reached', message, at);
      }
    }
    return type;
  }

  /** A forward-declared record may have been defined since: C looks its tag up where it is used. */
  #complete(type: Type): Type {
    if (type.kind === 'record') {
      if (type.isComplete || type.tag === undefined) return type;
      const known = this.#scope.tag(type.tag);
      return known?.kind === 'record' && known.isComplete ? known : type;
    }
    if (type.kind === 'typedef') {
      const behind = this.#complete(type.type);
      return behind === type.type ? type : this.#types.typedef({ ...type, type: behind });
    }
    if (type.kind === 'array') {
      const element = this.#complete(type.element);
      return element === type.element ? type : this.#types.array(element, type.length);
    }
    return type;
  }

  #recordType(specifier: RecordSpecifier): RecordType {
    const { recordKind, tag, token } = specifier;
    const known = tag === undefined ? undefined : this.#scope.tag(tag);
    if (known !== undefined && (known.kind !== 'record' || known.recordKind !== recordKind)) {
      throw new SyntaxProblem('redefinition', `${tag ?? ''} is another kind of type.`, token);
    }
    if (specifier.members === undefined) {
      if (known !== undefined) return known;
      const forward = this.#types.record({ kind: 'record', recordKind, tag, isComplete: false, fields: [] });
      if (tag !== undefined) this.#scope.bindTag(tag, forward);
      return forward;
    }
    if (tag !== undefined && known === undefined) {
      // The tag is known inside its own body.
      this.#scope.bindTag(tag, this.#types.record({ kind: 'record', recordKind, tag, isComplete: false, fields: [] }));
    }
    const fields: Field[] = [];
    for (const member of specifier.members) {
      if (member.kind === 'static-assertion') this.#assert(member);
      else this.#addFields(fields, member);
    }
    const attributes = this.#attributes(specifier.attributes);
    const { packBytes } = specifier;
    const location = locationOf(token);
    const record = this.#types.record({
      ...{ kind: 'record', recordKind, tag, isComplete: true, fields, location },
      ...(attributes.isPacked ? { isPacked: true } : {}),
      ...(attributes.alignBytes === undefined ? {} : { alignBytes: attributes.alignBytes }),
      ...(packBytes === 0 ? {} : { packBytes }),
    });
    if (this.#types.depthOf(record) > limits.typeDepth) {
      throw new SyntaxProblem('limit-reached', 'Types are built on each other too deeply.', token);
    }
    this.#checkSize(record, token);
    if (tag === undefined) return record;
    if (known?.isComplete === true) {
      if (known === record) return record;
      throw new SyntaxProblem('redefinition', `${recordKind} ${tag} is defined again.`, token);
    }
    this.#scope.bindTag(tag, record);
    const header = usedAs(token).file.name;
    this.lowered.push({ kind: 'record', declaration: { name: `${recordKind} ${tag}`, header, location, record } });
    return record;
  }

  #addFields(fields: Field[], member: Member): void {
    const base = this.#specifiedType(member.specifiers.type);
    const shared = member.specifiers.attributes;
    if (member.declarators.length === 0) {
      // An anonymous record is a member without a name; a tag or an enum alone only declares.
      const { type } = member.specifiers;
      if (type.kind !== 'record' || type.tag !== undefined) return;
      // Attributes of a member without a declarator go nowhere in GCC (`grokfield`), unlike those behind its brace.
      const counting = shared.filter(isAlignas);
      fields.push(fieldOf(undefined, base, undefined, this.#attributes(counting), member.token));
      return;
    }
    for (const { declarator, width, attributes: own } of member.declarators) {
      const attributes = this.#attributes(
        declarator.attributes.length + own.length === 0 ? shared : [...shared, ...declarator.attributes, ...own],
      );
      const type = this.#complete(this.#declaredType(this.#modified(base, attributes), declarator));
      const token = declarator.name ?? member.token;
      this.#checkField(type, token);
      const bitWidth = width === undefined ? undefined : this.#bitWidth(width, type, declarator.name, token);
      fields.push(fieldOf(declarator.name?.text, type, bitWidth, attributes, token));
    }
  }

  /** GCC refuses what is larger than PTRDIFF_MAX (`valid_constant_size_p`). Nobody's size is asked for that is small anywhere. */
  #checkSize(type: Type, token: Token): void {
    if (this.#types.mayBeTooLarge(type)) this.evaluator.sizeBytes(type, token);
  }

  #checkField(type: Type, token: Token): void {
    let behind = unalias(type);
    while (behind.kind === 'array') behind = unalias(behind.element);
    const isWhole = behind.kind === 'record' ? behind.isComplete : behind.kind !== 'void' && behind.kind !== 'function';
    if (!isWhole) throw new SyntaxProblem('incomplete-type', `${token.text} has a type without a size.`, token);
  }

  #bitWidth(width: Expression, type: Type, name: Token | undefined, token: Token): number {
    const base = integerBase(type);
    if (base === undefined) throw new SyntaxProblem('bad-bit-field', 'A bit-field is an integer.', token);
    const { value } = this.evaluator.integer(width);
    const sizeBits = base === '_Bool' ? 1 : this.evaluator.sizeBytes(type, token) * 8;
    if (value < 0n || value > BigInt(sizeBits) || (value === 0n && name !== undefined)) {
      throw new SyntaxProblem('bad-bit-field', `A bit-field cannot have ${value} bits here.`, width.token);
    }
    return Number(value);
  }
}

/** Whether a redeclaration says how long an array is of which that was not known (C17 §6.2.7p4). */
function isLengthOf(type: Type, known: Type): boolean {
  const [before, after] = [unalias(known), unalias(type)];
  return before.kind === 'array' && before.length === undefined && after.kind === 'array' && after.length !== undefined;
}

/** Written out: there are a hundred thousand fields, and putting objects together from parts takes V8 long. */
function fieldOf(
  name: string | undefined,
  type: Type,
  bitWidth: number | undefined,
  { alignBytes, isPacked }: LayoutAttributes,
  token: Token,
): Field {
  const location = locationOf(token);
  if (bitWidth === undefined && alignBytes === undefined && !isPacked) return { name, type, location };
  return {
    ...{ name, type },
    ...(bitWidth === undefined ? {} : { bitWidth }),
    ...(alignBytes === undefined ? {} : { alignBytes }),
    ...(isPacked ? { isPacked } : {}),
    location,
  };
}
