/**
 * Syntax → types: looks names up, computes array lengths, and binds what is declared (enums: `enum-lowering.ts`).
 *
 * Follows GCC where C leaves a choice: what a misplaced attribute applies to, which redeclarations are the same. A declaration that
 * cannot be understood throws `SyntaxProblem` and binds nothing that is half known.
 */

import type { Target } from '../../abi/target.ts';
import type { RecordType, Type, TypedefType } from '../../abi/types.ts';
import { unalias } from '../../abi/types.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import type { Scope } from '../scope.ts';
import { Evaluator } from '../expression.ts';
import { targetFact } from '../environment.ts';
import { limits } from '../limits.ts';
import { Macro } from '../macro.ts';
import type {
  Attribute,
  Declarator,
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
import { isAlignas, type LayoutAttributes, noAttributes, readAttributes } from './attributes.ts';
import { basicType } from './basic-types.ts';
import { Checks, isLengthOf, isOtherThan } from './checks.ts';
import { EnumLowering } from './enum-lowering.ts';
import type { Lowered } from './lowered.ts';
import { ModifiedTypes } from './modified-types.ts';
import { hasType, isRare } from './rare-types.ts';
import { fieldOf, RecordFields } from './record-fields.ts';
import type { TypeTable } from './type-table.ts';

export class Lowering {
  readonly evaluator: Evaluator;
  readonly lowered: Lowered[] = [];
  readonly #scope: Scope;
  readonly #target: Target;
  readonly #types: TypeTable;
  readonly #report: (diagnostic: Diagnostic) => void;
  readonly #modifiers: ModifiedTypes;
  readonly #checks: Checks;
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
    this.#modifiers = new ModifiedTypes(scope, target, types, this.evaluator);
    this.#checks = new Checks(scope, target, types, this.evaluator);
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
    const base = this.#baseType(this.#specifiedType(specifiers.type), specifiers, attributes, declarator);
    // Those of the specifiers are applied to the whole type (`groktypename`): a pointer is aligned, not what it points to.
    return this.#complete(this.#modifiers.aligned(this.#declaredType(base, declarator), attributes));
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
    const declared = this.#declaredType(this.#baseType(base, specifiers, attributes, declarator), declarator);
    const { initializer } = item;
    const type = initializer === undefined ? declared : this.evaluator.initialized(declared, initializer);
    const known = this.#scope.ordinary(name.text);
    const location = locationOf(name);
    if (specifiers.storage !== 'typedef') {
      if (known !== undefined) {
        if (known.kind !== 'object' || isOtherThan(known.type, type)) {
          throw new SyntaxProblem('redefinition', `${name.text} is declared a second time, as something else.`, name);
        }
        if (!isLengthOf(type, known.type)) return;
      }
      const { alignBytes } = attributes;
      const returns = this.#returnType(base, specifiers, attributes, declarator);
      this.#scope.bindOrdinary(name.text, this.#types.object(type, { alignBytes, returns }));
      if (known !== undefined) return;
      if (declarator.parts.at(-1)?.kind !== 'function') return;
      const declaration = { name: name.text, header: usedAs(name).file.name, location, body: '', isFunction: true };
      this.lowered.push({ kind: 'text', declaration });
      return;
    }
    // GCC looks at what stands before the type last.
    const { typeAlignBytes: alignBytes } =
      attributes.alignBytes === undefined
        ? noAttributes
        : this.#attributes([...declarator.attributes, ...item.attributes, ...specifiers.attributes]);
    if (alignBytes !== undefined && specifiers.attributes.some(isAlignas)) {
      throw new SyntaxProblem('bad-alignment', 'A typedef has no _Alignas.', name);
    }
    const typedef = this.#types.typedef({
      ...{ kind: 'typedef', name: name.text, type },
      ...(alignBytes === undefined ? {} : { alignBytes }),
    });
    if (known !== undefined) {
      // C11 allows the same again; the first place is kept.
      const isSame =
        known.kind === 'typedef' &&
        this.#complete(known.type) === this.#complete(type) &&
        known.alignBytes === alignBytes;
      if (isSame) return;
      throw new SyntaxProblem('redefinition', `${name.text} is declared a second time, as something else.`, name);
    }
    this.#scope.bindOrdinary(name.text, typedef);
    const header = usedAs(name).file.name;
    this.lowered.push({ kind: 'typedef', declaration: { name: name.text, header, location, type: typedef } });
    this.#nameAnonymous(base, typedef, declarator, header);
  }

  /** What a function returns that is declared, and no pointer to one. */
  #returnType(
    base: Type,
    specifiers: Specifiers,
    attributes: LayoutAttributes,
    declarator: Declarator,
  ): Type | undefined {
    if (declarator.parts.at(-1)?.kind !== 'function') return undefined;
    const returned = { ...declarator, parts: declarator.parts.slice(0, -1) };
    return this.#declaredType(this.#baseType(base, specifiers, attributes, returned), returned);
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

  /** What is declared is made from: the specified type with all that is said of it. */
  #baseType(type: Type, specifiers: Specifiers, attributes: LayoutAttributes, declarator: Declarator): Type {
    const { mode, vectorSize } = attributes;
    const { typeAttributes, isAtomic } = specifiers;
    let base = type;
    if (mode !== undefined || vectorSize !== undefined) base = this.#modifiers.modified(base, attributes, declarator);
    if (isAtomic === true) base = this.#modifiers.atomic(this.#complete(base), specifiers.token);
    if (typeAttributes === undefined) return base;
    const ofType = this.#attributes(typeAttributes);
    return this.#modifiers.aligned(this.#modifiers.modified(base, ofType), ofType);
  }

  #specifiedType(specifier: TypeSpecifier): Type {
    switch (specifier.kind) {
      case 'basic':
        return this.#basicType(specifier.words, specifier.token);
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

  #basicType(words: readonly string[], token: Token): Type {
    const rare = words.find(isRare);
    if (rare === undefined) return basicType(words, token, this.#types);
    this.#scope.binding(targetFact);
    if (!hasType(rare, this.#target)) throw new SyntaxProblem('unknown-type', `The target has no ${rare}.`, token);
    // On x86 the extended type of its floating-point unit, elsewhere the one of 16 bytes.
    if (rare === '_Float64x') {
      return this.#types.float(this.#target.kernelArchitecture === 'x86' ? 'long double' : '__float128');
    }
    return basicType(words, token, this.#types);
  }

  #declaredType(base: Type, declarator: Declarator): Type {
    let type = base;
    for (const part of declarator.parts) {
      switch (part.kind) {
        case 'pointer':
          type = this.#types.pointer(type);
          break;
        case 'function': {
          const { kind } = unalias(type);
          if (kind === 'array' || kind === 'function') {
            throw new SyntaxProblem('bad-function', `A function returns no ${kind}.`, part.token);
          }
          type = this.#types.function;
          break;
        }
        case 'attributes': {
          const attributes = this.#attributes(part.attributes);
          type = this.#modifiers.aligned(this.#modifiers.modified(type, attributes), attributes);
          break;
        }
        case 'array': {
          const length = part.length === undefined ? undefined : this.evaluator.integer(part.length).value;
          if (length !== undefined && (length < 0n || length > 1n << 47n)) {
            throw new SyntaxProblem('bad-array-length', `An array cannot have ${length} elements.`, part.token);
          }
          const element = this.#complete(type);
          this.#checks.checkElement(element, part.token);
          type = this.#types.array(element, length === undefined ? undefined : Number(length));
          this.#checks.checkSize(type, part.token);
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
    const collected = new RecordFields(recordKind === 'union');
    for (const member of specifier.members) {
      if (member.kind === 'static-assertion') this.#assert(member);
      else this.#addFields(collected, member);
    }
    const { fields } = collected;
    const attributes = this.#attributes(specifier.attributes);
    const { packBytes, storageOrder } = specifier.pragmas;
    this.#checks.checkRules(fields, attributes, storageOrder, token);
    const location = locationOf(token);
    const record = this.#types.record({
      ...{ kind: 'record', recordKind, tag, isComplete: true, fields, location },
      ...(attributes.isPacked ? { isPacked: true } : {}),
      ...(attributes.typeAlignBytes === undefined ? {} : { alignBytes: attributes.typeAlignBytes }),
      ...(packBytes === 0 ? {} : { packBytes }),
    });
    if (this.#types.depthOf(record) > limits.typeDepth) {
      throw new SyntaxProblem('limit-reached', 'Types are built on each other too deeply.', token);
    }
    this.#checks.checkSize(record, token);
    if (tag === undefined) return record;
    const defined = known?.isComplete === true ? known : this.#scope.tag(tag);
    if (defined?.kind === 'record' && defined.isComplete) {
      if (defined === record) return record;
      throw new SyntaxProblem('redefinition', `${recordKind} ${tag} is defined again.`, token);
    }
    this.#scope.bindTag(tag, record);
    const header = usedAs(token).file.name;
    this.lowered.push({ kind: 'record', declaration: { name: `${recordKind} ${tag}`, header, location, record } });
    return record;
  }

  #addFields(fields: RecordFields, member: Member): void {
    const base = this.#specifiedType(member.specifiers.type);
    const shared = member.specifiers.attributes;
    if (member.declarators.length === 0) {
      // An anonymous record is a member without a name; a tag or an enum alone only declares.
      const { type } = member.specifiers;
      if (type.kind !== 'record' || type.tag !== undefined) return;
      // Attributes of a member without a declarator go nowhere in GCC (`grokfield`), unlike those behind its brace.
      const counting = [...shared.filter(isAlignas), ...(member.specifiers.typeAttributes ?? [])];
      fields.add(fieldOf(undefined, base, undefined, this.#attributes(counting), member.token), member.token);
      return;
    }
    for (const { declarator, width, attributes: own } of member.declarators) {
      const attributes = this.#attributes(
        declarator.attributes.length + own.length === 0 ? shared : [...shared, ...declarator.attributes, ...own],
      );
      const type = this.#complete(
        this.#declaredType(this.#baseType(base, member.specifiers, attributes, declarator), declarator),
      );
      const token = declarator.name ?? member.token;
      this.#checks.checkField(type, token);
      const bitWidth = width === undefined ? undefined : this.#checks.bitWidth(width, type, declarator.name, token);
      if (attributes.alignBytes !== undefined && shared.some(isAlignas))
        this.#checks.checkAlignas(type, attributes, width, token);
      fields.add(fieldOf(declarator.name?.text, type, bitWidth, attributes, token), token);
    }
  }
}
