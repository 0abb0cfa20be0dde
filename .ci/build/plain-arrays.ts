/**
 * Rewrites how a program goes through arrays and takes them apart, for a V8 that has not optimised it.
 *
 * `for … of`, `const [a, b] = pair` and `([name, value]) => …` ask for an iterator, and for each element make an object that says what
 * it is and whether there are more. Compiled to machine code nothing of that is left; but a short command is over before much is, and
 * spent a twentieth of its time and a fifth of its memory on such objects. Where the types say that something is an array, an index
 * leads to the same elements in the same order. Everything else stays as it is: strings, sets, generators, and of maps all but the
 * pairs that they hand out.
 *
 * So what is written stays readable, and what runs is plain.
 */

import ts from 'typescript';

/** A transformer for the files of `program`, before their types are gone. */
export function plainArrays(program: ts.Program): ts.TransformerFactory<ts.SourceFile> {
  const checker = program.getTypeChecker();
  return (context) => (file) => new Rewriter(context, checker).rewrite(file);
}

/** Types of `lib.es5.d.ts` and of Node whose iterators give `[0]` and so on up to `length`. */
const arrayTypes = new Set([
  ...['Array', 'ReadonlyArray', 'RegExpExecArray', 'RegExpMatchArray'],
  ...['Uint8Array', 'Int32Array', 'Uint32Array', 'Buffer'],
]);

/** Whether something of a type is an array whatever happens. */
function isArray(type: ts.Type, checker: ts.TypeChecker): boolean {
  if ((type.flags & ts.TypeFlags.Never) !== 0) return true;
  if (type.isUnion()) return type.types.every((one) => isArray(one, checker));
  if ((type.flags & ts.TypeFlags.TypeParameter) !== 0) {
    const bound = checker.getBaseConstraintOfType(type);
    return bound !== undefined && bound !== type && isArray(bound, checker);
  }
  return checker.isTupleType(type) || arrayTypes.has(type.getSymbol()?.name ?? '');
}

class Rewriter {
  readonly #context: ts.TransformationContext;
  readonly #factory: ts.NodeFactory;
  readonly #checker: ts.TypeChecker;

  constructor(context: ts.TransformationContext, checker: ts.TypeChecker) {
    this.#context = context;
    this.#factory = context.factory;
    this.#checker = checker;
  }

  rewrite(file: ts.SourceFile): ts.SourceFile {
    return ts.visitEachChild(file, this.#visit, this.#context);
  }

  readonly #visit = (node: ts.Node): ts.Node => {
    if (ts.isForOfStatement(node)) return this.#loop(node) ?? this.#children(node);
    if (ts.isArrowFunction(node)) return this.#arrow(node) ?? this.#children(node);
    if (ts.isVariableDeclarationList(node)) return this.#list(node) ?? this.#children(node);
    return this.#children(node);
  };

  #children<T extends ts.Node>(node: T): T {
    return ts.visitEachChild(node, this.#visit, this.#context);
  }

  #visited<T extends ts.Node>(node: T): T {
    return this.#visit(node) as T;
  }

  /** Whether all that is visible of a node's value is an array; of a pattern, that of what it takes apart. */
  #isArray(node: ts.Node): boolean {
    return isArray(this.#checker.getTypeAtLocation(node), this.#checker);
  }

  #isPattern(name: ts.BindingName): name is ts.ArrayBindingPattern {
    return ts.isArrayBindingPattern(name) && this.#isArray(name);
  }

  /** `for (const x of list) …` as `for (let a = list, i = 0; i < a.length; i++) { const x = a[i]; … }`. */
  #loop(node: ts.ForOfStatement): ts.Statement | undefined {
    const factory = this.#factory;
    const { initializer, expression, statement, awaitModifier } = node;
    if (awaitModifier !== undefined || !ts.isVariableDeclarationList(initializer)) return undefined;
    const [declaration] = initializer.declarations;
    const isOverArray = this.#isArray(expression);
    if (declaration === undefined || !(isOverArray || this.#isPattern(declaration.name))) return undefined;
    const bodyWith = (value: ts.Expression): ts.Block => {
      const taken = factory.createVariableDeclarationList(this.#taken(declaration.name, value), initializer.flags);
      return factory.createBlock([factory.createVariableStatement(undefined, taken), this.#visited(statement)], true);
    };
    if (!isOverArray) {
      const element = factory.createUniqueName('element');
      const list = factory.createVariableDeclarationList(
        [factory.createVariableDeclaration(element)],
        ts.NodeFlags.Const,
      );
      return factory.createForOfStatement(undefined, list, this.#visited(expression), bodyWith(element));
    }
    const [array, index] = [factory.createUniqueName('array'), factory.createUniqueName('index')];
    return factory.createForStatement(
      factory.createVariableDeclarationList(
        [
          factory.createVariableDeclaration(array, undefined, undefined, this.#visited(expression)),
          factory.createVariableDeclaration(index, undefined, undefined, factory.createNumericLiteral(0)),
        ],
        ts.NodeFlags.Let,
      ),
      factory.createLessThan(index, factory.createPropertyAccessExpression(array, 'length')),
      factory.createPostfixIncrement(index),
      bodyWith(factory.createElementAccessExpression(array, index)),
    );
  }

  /** `([a, b]) => …` as `(pair) => { const a = pair[0], b = pair[1]; … }`. */
  #arrow(node: ts.ArrowFunction): ts.ArrowFunction | undefined {
    const factory = this.#factory;
    const isTaken = ({ name, initializer, dotDotDotToken }: ts.ParameterDeclaration): boolean =>
      initializer === undefined && dotDotDotToken === undefined && this.#isPattern(name);
    if (!node.parameters.some(isTaken)) return undefined;
    const taken: ts.VariableDeclaration[] = [];
    const parameters = node.parameters.map((parameter) => {
      if (!isTaken(parameter)) return this.#children(parameter);
      const value = factory.createUniqueName('taken');
      taken.push(...this.#taken(parameter.name, value));
      return factory.createParameterDeclaration(parameter.modifiers, undefined, value);
    });
    const first = factory.createVariableStatement(
      undefined,
      factory.createVariableDeclarationList(taken, ts.NodeFlags.Const),
    );
    const body = this.#visited(node.body);
    const statements = ts.isBlock(body) ? body.statements : [factory.createReturnStatement(body)];
    return factory.createArrowFunction(
      node.modifiers,
      undefined,
      parameters,
      undefined,
      node.equalsGreaterThanToken,
      factory.createBlock([first, ...statements], true),
    );
  }

  /** `const [a, b] = pair` as `const whole = pair, a = whole[0], b = whole[1]`. */
  #list(node: ts.VariableDeclarationList): ts.VariableDeclarationList | undefined {
    if (!node.declarations.some(({ name, initializer }) => initializer !== undefined && this.#isPattern(name))) {
      return undefined;
    }
    const declarations = node.declarations.flatMap((declaration) => {
      const { name, initializer } = declaration;
      if (initializer === undefined || !this.#isPattern(name)) return this.#children(declaration);
      return this.#oneByOne(name, initializer) ?? this.#taken(name, this.#visited(initializer));
    });
    return this.#factory.createVariableDeclarationList(declarations, node.flags);
  }

  /** `const [a, b] = [x, y]` as `const a = x, b = y`, where nothing is left over on either side. */
  #oneByOne(
    { elements: names }: ts.ArrayBindingPattern,
    initializer: ts.Expression,
  ): readonly ts.VariableDeclaration[] | undefined {
    if (!ts.isArrayLiteralExpression(initializer) || initializer.elements.length !== names.length) return undefined;
    const declarations: ts.VariableDeclaration[] = [];
    for (const [index, name] of names.entries()) {
      const value = initializer.elements[index];
      if (value === undefined || ts.isSpreadElement(value) || ts.isOmittedExpression(value)) return undefined;
      if (ts.isOmittedExpression(name) || !ts.isIdentifier(name.name)) return undefined;
      if (name.initializer !== undefined || name.dotDotDotToken !== undefined) return undefined;
      declarations.push(this.#factory.createVariableDeclaration(name.name, undefined, undefined, this.#visited(value)));
    }
    return declarations;
  }

  /** What declares the names of a pattern by their places in `value`, which is evaluated once. */
  #taken(name: ts.BindingName, value: ts.Expression): readonly ts.VariableDeclaration[] {
    const factory = this.#factory;
    const declare = (to: ts.BindingName, from: ts.Expression): ts.VariableDeclaration =>
      factory.createVariableDeclaration(to, undefined, undefined, from);
    if (!this.#isPattern(name)) return [declare(this.#visited(name), value)];
    const whole = factory.createUniqueName('whole');
    const declarations = [declare(whole, value)];
    for (const [index, element] of name.elements.entries()) {
      if (ts.isOmittedExpression(element)) continue;
      if (element.dotDotDotToken !== undefined) {
        const slice = factory.createPropertyAccessExpression(whole, 'slice');
        const rest = factory.createCallExpression(slice, undefined, [factory.createNumericLiteral(index)]);
        declarations.push(...this.#taken(element.name, rest));
        continue;
      }
      let part: ts.Expression = factory.createElementAccessExpression(whole, index);
      if (element.initializer !== undefined) {
        const given = factory.createUniqueName('given');
        declarations.push(declare(given, part));
        const isMissing = factory.createStrictEquality(given, factory.createVoidZero());
        const otherwise = this.#visited(element.initializer);
        part = factory.createConditionalExpression(isMissing, undefined, otherwise, undefined, given);
      }
      declarations.push(...this.#taken(element.name, part));
    }
    return declarations;
  }
}
