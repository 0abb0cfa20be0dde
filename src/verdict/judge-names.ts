/** Headers, typedefs and macros that are no numbers. */

import type { MacroDeclaration, TypedefDeclaration } from '../abi/abi.ts';
import { spellType } from '../abi/types.ts';
import type { NameChange } from '../diff/changes.ts';
import { isVersionName } from '../diff/families.ts';
import type { SideFacts } from './finding.ts';
import {
  answers,
  broken,
  bytesOf,
  harmless,
  type Judgement,
  kept,
  list,
  membersWords,
  placeOf,
  unknown,
} from './judgement.ts';

function lostWords(names: readonly string[], movedTo: string | undefined): string {
  const rest = movedTo === undefined ? '' : `; most of it is in <${movedTo}> now`;
  return names.length === 0 ? '' : `, and with it ${membersWords(names)}${rest}`;
}

function atFile(header: string, file: string | undefined): SideFacts {
  return file === undefined ? { header } : { header, file };
}

/** C that needs a name of any kind: a record or an enum has its word before it. */
function useOfAny(name: string): string {
  if (/^(?:struct|union|enum) /.test(name)) return `unsigned long f(void) { return sizeof(${name}); }`;
  return `#ifndef ${name}\nunsigned long f(void) { return sizeof(${name}); }\n#endif`;
}

export function judgeName(change: NameChange): Judgement {
  switch (change.kind) {
    case 'header-added':
      return {
        rule: 'header-added',
        subject: `header ${change.header}`,
        old: null,
        new: { header: change.header },
        message: `<${change.header}> is new`,
        answers: harmless('nobody includes it yet'),
        witness: undefined,
      };
    case 'header-removed':
      return {
        rule: change.movedTo !== undefined && change.lost.length === 0 ? 'header-moved' : 'header-removed',
        subject: `header ${change.header}`,
        old: atFile(change.header, change.file),
        new: change.movedTo === undefined ? null : atFile(change.movedTo, change.newFile),
        message: `<${change.header}> is gone${
          change.lost.length === 0 && change.movedTo !== undefined
            ? `; all it declared is in <${change.movedTo}> now`
            : lostWords(change.lost, change.movedTo)
        }`,
        ...(change.lost.length === 0 ? {} : { members: change.lost }),
        answers: answers({
          'old-binary': kept(`programs do not carry headers; what <${change.header}> declared is judged by itself`),
          rebuild: broken(`a program that includes <${change.header}> no longer compiles`),
          'mixed-objects': kept(`what <${change.header}> declared is judged by itself`),
          'new-binary': kept(`a new program does not include <${change.header}>`),
        }),
        witness: {
          kind: 'source',
          contract: 'rebuild',
          code: `#include <${change.header}>`,
          problem: 'no such file or directory',
        },
      };
    case 'declarations-moved': {
      const { from, to, names, places } = change;
      const isOne = names.length === 1;
      return {
        rule: 'declaration-moved',
        subject: `header ${from}`,
        old: { header: from, ...placeOf(places.old), text: names.join(' ') },
        new: { header: to, ...placeOf(places.new) },
        message: `<${from}> no longer declares ${membersWords(names)}: ${isOne ? 'it is' : 'they are'} in <${to}> now, which it does not include`,
        members: names,
        answers: answers({
          'old-binary': kept('programs do not carry headers; the declarations are judged one by one'),
          rebuild: broken(`a program that includes <${from}> only no longer finds ${isOne ? 'it' : 'them'}`),
          'mixed-objects': kept('the declarations are judged one by one'),
          'new-binary': kept('a new program includes the header it needs'),
        }),
        witness: {
          kind: 'source',
          contract: 'rebuild',
          code: `#include <${from}>\n${useOfAny(names[0] ?? '')}`,
          problem: `${names[0] ?? ''} is not declared`,
        },
      };
    }
    case 'includes-fewer': {
      const { header, file, lost } = change;
      const names = membersWords(lost.map((name) => `<${name}>`));
      return {
        rule: 'include-removed',
        subject: `header ${header}`,
        old: { header, text: lost.join(' ') },
        new: atFile(header, file),
        message: `<${header}> no longer includes ${names}`,
        ...(lost.length === 1 ? {} : { members: lost }),
        answers: answers({
          'old-binary': kept('programs do not carry headers'),
          rebuild: unknown(
            `a program that got ${names} with <${header}> has to include ${lost.length === 1 ? 'it' : 'them'} itself`,
          ),
          'mixed-objects': kept('what is declared is what it was'),
          'new-binary': kept('a new program includes the headers it needs'),
        }),
        witness: undefined,
      };
    }
    case 'macro-added':
    case 'macro-removed':
    case 'macro-changed':
      return judgeMacro(change);
    case 'enum-renamed':
      return judgeTag(change);
    case 'typedef-added':
    case 'typedef-removed':
    case 'typedef-changed':
      return judgeTypedef(change);
    default:
      return change satisfies never;
  }
}

/** So much of a definition fits into a sentence. */
const shortText = 60;

function definitions(old: MacroDeclaration, next: MacroDeclaration): string {
  const [was, is] = [old, next].map(({ parameters, body }) => {
    const list = parameters === undefined ? '' : `(${parameters.join(', ')}) `;
    return `${list}${body.replace(/\s+/g, ' ').trim()}`;
  });
  if (was === undefined || is === undefined || was.length > shortText || is.length > shortText) return '';
  return `: "${is}" instead of "${was}"`;
}

/** What a list gained at its end, where it is a list: entries with commas, or a call for each. */
function appendedTo(old: MacroDeclaration, next: MacroDeclaration): string | undefined {
  const [was, is] = [old, next].map(({ body }) =>
    body
      .replace(/[\s\\]+/g, ' ')
      .trim()
      .replace(/[\s,}]+$/, ''),
  );
  if (was === undefined || is === undefined || old.parameters?.join() !== next.parameters?.join()) return undefined;
  const isList = /^[^,]+,|^\w+ ?\([^()]*\),? \w+ ?\(/.test(was);
  const rest = is.startsWith(was) ? is.slice(was.length) : undefined;
  return isList && rest !== undefined && /^ ?,| \w+ ?\(/.test(rest) && !was.startsWith('(') ? rest : undefined;
}

function judgeMacro(
  change: Extract<NameChange, { kind: 'macro-added' | 'macro-removed' | 'macro-changed' }>,
): Judgement {
  const facts = (macro: MacroDeclaration): SideFacts => ({
    header: macro.header,
    ...placeOf(macro.location),
    name: macro.name,
    text: macro.body,
  });
  if (change.kind === 'macro-changed') {
    const more = appendedTo(change.old, change.new);
    const doubt = unknown('both definitions are text: only reading them tells whether they mean the same');
    return {
      rule: 'macro-changed',
      subject: `constant ${change.old.name}`,
      old: facts(change.old),
      new: facts(change.new),
      message:
        more === undefined
          ? change.old.isFunction === change.new.isFunction
            ? `the macro ${change.old.name} is defined differently${definitions(change.old, change.new)}`
            : `${change.old.name} was a ${change.old.isFunction === true ? 'function and is a macro' : 'macro and is a function'} now`
          : `the macro ${change.old.name} lists more at its end`,
      answers:
        isVersionName(change.old.name) || more !== undefined
          ? harmless(
              more === undefined ? 'a version is there to change' : 'it begins with all that it was, in the old order',
            )
          : answers({
              'old-binary': kept('old programs have the old text in them'),
              rebuild: doubt,
              'mixed-objects': doubt,
              'new-binary': kept('judged where its value is used'),
            }),
      witness: undefined,
    };
  }
  const isAdded = change.kind === 'macro-added';
  const { macro } = change;
  const { name, isFunction = false } = macro;
  return {
    rule: isAdded ? 'macro-added' : 'macro-removed',
    subject: `constant ${name}`,
    old: isAdded ? null : facts(macro),
    new: isAdded ? facts(macro) : null,
    message: `the ${isFunction ? 'function' : 'macro'} ${name} is ${isAdded ? 'new' : 'gone'}`,
    answers: isAdded
      ? harmless('no old program uses it')
      : answers({
          'old-binary': kept('old programs have the text in them'),
          rebuild: broken(
            `a program that uses ${name} no longer compiles${isFunction ? '' : ', or takes another #ifdef branch'}`,
          ),
          'mixed-objects': kept(`${isFunction ? 'functions' : 'macros'} are no part of any record`),
          'new-binary': kept('a new program does not use it'),
        }),
    witness: isAdded
      ? undefined
      : {
          kind: 'source',
          contract: 'rebuild',
          ...(isFunction
            ? { code: `void *x = (void *)&${name};`, problem: `'${name}' undeclared` }
            : { code: `#ifndef ${name}\n#error ${name} is gone\n#endif`, problem: `${name} is gone` }),
        },
  };
}

function judgeTag({ old, new: next }: Extract<NameChange, { kind: 'enum-renamed' }>): Judgement {
  const facts = ({ header, location, name }: typeof old): SideFacts => ({ header, ...placeOf(location), name });
  const tag = next?.type.tag;
  return {
    rule: 'enum-renamed',
    subject: old.name,
    old: facts(old),
    new: next === undefined ? null : facts(next),
    message: `${old.name} ${tag === undefined ? 'has no tag any more' : `is now called enum ${tag}`}: the same names with the same numbers`,
    answers: answers({
      'old-binary': kept('the numbers stay what they were'),
      rebuild: broken(`a program that says ${old.name} no longer compiles`),
      'mixed-objects': kept('the numbers stay what they were'),
      'new-binary': kept('the numbers stay what they were'),
    }),
    witness: {
      kind: 'source',
      contract: 'rebuild',
      code: `unsigned long f(void) { return sizeof(${old.name}); }`,
      problem: `${old.name} is not declared`,
    },
  };
}

function judgeTypedef(
  change: Extract<NameChange, { kind: 'typedef-added' | 'typedef-removed' | 'typedef-changed' }>,
): Judgement {
  if (change.kind !== 'typedef-changed') {
    const { typedef } = change;
    const isAdded = change.kind === 'typedef-added';
    const facts: SideFacts = {
      header: typedef.header,
      ...placeOf(typedef.location),
      name: typedef.name,
      type: spellType(typedef.type),
    };
    return {
      rule: isAdded ? 'typedef-added' : 'typedef-removed',
      subject: `constant ${typedef.name}`,
      old: isAdded ? null : facts,
      new: isAdded ? facts : null,
      message: `the type name ${typedef.name} is ${isAdded ? 'new' : 'gone'}`,
      answers: isAdded
        ? harmless('no old program uses it')
        : answers({
            'old-binary': kept('old programs have its bytes in them'),
            rebuild: broken(`a program that names ${typedef.name} no longer compiles`),
            'mixed-objects': kept('no new object can name it'),
            'new-binary': kept('a new program does not know it'),
          }),
      witness: isAdded
        ? undefined
        : {
            kind: 'source',
            contract: 'rebuild',
            code: `${typedef.name} *x;`,
            problem: `unknown type name '${typedef.name}'`,
          },
    };
  }
  const { old, new: next, sizeBits, aspects } = change;
  const facts = (typedef: typeof old, bits: number | undefined): SideFacts => ({
    header: typedef.header,
    ...placeOf(typedef.location),
    name: typedef.name,
    type: spellType(typedef.type),
    ...(bits === undefined ? {} : { sizeBits: bits }),
  });
  const isSize = aspects.includes('size');
  const doubt = unknown(
    `values of ${old.name} mean something else to one side; its fields and parameters tell whether anybody sees it`,
  );
  const wrong = broken(
    `${old.name} has ${bytesOf(sizeBits.old ?? 0)} on one side and ${bytesOf(sizeBits.new ?? 0)} on the other`,
  );
  return {
    rule: 'typedef-changed',
    subject: `constant ${old.name}`,
    old: facts(old, sizeBits.old),
    new: facts(next, sizeBits.new),
    message: `the type name ${old.name} changed ${typeWords(change)}`,
    answers: answers({
      'old-binary': isSize ? wrong : doubt,
      rebuild: isSize ? broken(`sizeof(${old.name}) changed`) : doubt,
      'mixed-objects': isSize ? wrong : doubt,
      'new-binary': isSize ? wrong : doubt,
    }),
    witness: isSize
      ? {
          kind: 'source',
          contract: 'rebuild',
          code: `_Static_assert(sizeof(${old.name}) == ${String((sizeBits.old ?? 0) / 8)}, "${old.name} changed");`,
          problem: 'static assertion failed',
        }
      : undefined,
  };
}

/** What a name stood for and stands for, with the sizes where those differ. */
function typeWords({ old, new: next, sizeBits, aspects }: Extract<NameChange, { kind: 'typedef-changed' }>): string {
  const [was, is] = [spellTypedef(old), spellTypedef(next)];
  const isSize = sizeBits.old !== undefined && sizeBits.new !== undefined && aspects.includes('size');
  if (!isSize) return `from ${was} to ${is} (${aspects.join(', ')})`;
  const rest = aspects.filter((one) => one !== 'size');
  const more = rest.length === 0 ? '' : `, of another ${list(rest)}`;
  return `from ${was} (${bytesOf(sizeBits.old)}) to ${is} (${bytesOf(sizeBits.new)})${more}`;
}

/** What is written before the name; the type of a typedef spells as the name itself. */
function spellTypedef({ name, type }: TypedefDeclaration): string {
  return spellType(type.kind === 'typedef' && type.name === name ? type.type : type);
}
