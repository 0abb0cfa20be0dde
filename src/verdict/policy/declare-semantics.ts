/**
 * Puts what a configuration says about records into the records themselves, so that judges see it exactly as if a layout
 * file had said it.
 *
 * A configuration speaks about both sides at once, while a field or a constant may exist on one side, or for some targets,
 * only. So an entry is a mistake only if it fits nowhere although its record was there: that is known when all is judged
 * (`mistakes`). An entry for a record that was not read at all does nothing.
 */

import type { Abi, RecordDeclaration } from '../../abi/abi.ts';
import { attachSemantics } from '../../abi/attach-semantics.ts';
import { replacing } from '../../abi/declaration-map.ts';
import type { JsonPath } from '../../abi/definition/located-json.ts';
import { Problems } from '../../abi/definition/problems.ts';
import { Constants } from '../../abi/definition/read-constants.ts';
import { type PathReference, readSemantics } from '../../abi/definition/read-semantics.ts';
import { ifLaidOut } from '../../abi/layout.ts';
import type { FieldSemantics, RecordSemantics } from '../../abi/semantics.ts';
import { suggestionFor } from '../../abi/suggest.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import { isFiller, type PlacedRecord, placeRecord } from '../../diff/placed.ts';
import type { Config, FieldWords, RecordWords } from './config.ts';

export class Declarations {
  readonly #config: Config;
  readonly #known = new WeakMap<Abi, Abi>();
  /** By entry: what was wrong with it; empty once it was right. */
  readonly #mistakes = new Map<string, readonly Diagnostic[]>();

  constructor(config: Config) {
    this.#config = config;
  }

  /** The same ABI, with everything the configuration says about it. */
  declare(abi: Abi): Abi {
    if (this.#config.records.size === 0) return abi;
    let declared = this.#known.get(abi);
    if (declared === undefined) this.#known.set(abi, (declared = this.#declare(abi)));
    return declared;
  }

  /** What fitted nowhere. */
  mistakes(): Diagnostic[] {
    return [...this.#mistakes.values()].flat();
  }

  #declare(abi: Abi): Abi {
    const declared = new Map<string, RecordDeclaration>();
    for (const [name, words] of this.#config.records) {
      const declaration = abi.records.get(name);
      if (declaration?.record.isComplete !== true) continue;
      const placed = place(declaration, abi);
      if (placed !== undefined) declared.set(name, this.#describe(declaration, placed, words, abi));
    }
    return { ...abi, records: replacing(abi.records, declared) };
  }

  #describe(declaration: RecordDeclaration, placed: PlacedRecord, words: RecordWords, abi: Abi): RecordDeclaration {
    const base: JsonPath = ['records', declaration.name, 'fields'];
    const semantics = new Map<string, FieldSemantics>();
    const { writer, nonZero } = words;
    for (const node of placed.nodes) {
      const said: FieldSemantics = {
        ...(writer !== undefined && node.parent === undefined ? { writer } : {}),
        ...(nonZero !== undefined && isFiller(node) ? { role: 'reserved', nonZero } : {}),
      };
      if (Object.keys(said).length > 0) semantics.set(node.path, said);
    }
    for (const [path, fieldWords] of words.fields) {
      const said = this.#read(fieldWords, path, [...base, path], placed, abi);
      if (said !== undefined) semantics.set(path, { ...semantics.get(path), ...said });
    }
    const { doc, sizeRule, requests } = words;
    const recordSemantics: RecordSemantics = {
      ...declaration.record.semantics,
      ...(doc === undefined ? {} : { doc }),
      ...(sizeRule === undefined ? {} : { sizeRule }),
      ...(requests === undefined ? {} : { requests }),
    };
    return {
      ...declaration,
      record: { ...attachSemantics(declaration.record, semantics), semantics: recordSemantics },
    };
  }

  #read(words: FieldWords, path: string, at: JsonPath, placed: PlacedRecord, abi: Abi): FieldSemantics | undefined {
    const problems = new Problems(this.#config.locate);
    const references: PathReference[] = [];
    const paths = placed.byPath;
    let semantics: FieldSemantics | undefined;
    if (paths.has(path)) {
      semantics = readSemantics(words, at, { constants: constantsFor(words, abi), problems, references });
      for (const { fieldPath, at: place } of references) {
        if (paths.has(fieldPath)) continue;
        const suggestion = suggestionFor(fieldPath, paths.keys());
        problems.add(place, 'unknown-field', `The record has no field "${fieldPath}".`, suggestion);
      }
    } else {
      const record = placed.declaration.name;
      problems.add(at, 'unknown-field', `${record} has no field "${path}".`, suggestionFor(path, paths.keys()));
    }
    const key = JSON.stringify(at);
    if (problems.diagnostics.length === 0) this.#mistakes.set(key, []);
    else if (!this.#mistakes.has(key)) this.#mistakes.set(key, problems.diagnostics);
    return problems.diagnostics.length === 0 ? semantics : undefined;
  }
}

/** A record that cannot be laid out is told as that by the comparison; nothing can be declared about it. */
function place(declaration: RecordDeclaration, abi: Abi): PlacedRecord | undefined {
  return ifLaidOut(() => placeRecord(declaration, abi));
}

/** The constants of a header as a layout file would list them; a prefix makes a family. */
function constantsFor({ meaning }: FieldWords, abi: Abi): Constants {
  const constants = new Constants();
  for (const [name, declaration] of abi.constants) {
    constants.declarations.set(name, declaration);
    constants.known.add(name);
  }
  for (const { type, header } of abi.enums.values()) {
    for (const { name, value } of type.enumerators) {
      if (!constants.declarations.has(name)) constants.declarations.set(name, { name, header, value });
      constants.known.add(name);
    }
  }
  const prefix = typeof meaning === 'object' ? (meaning.enumeration ?? meaning.flags) : undefined;
  if (prefix !== undefined) {
    const members = [...constants.declarations.values()]
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, value }) => ({ name, value }));
    if (members.length > 0) constants.families.set(prefix, members);
  }
  return constants;
}
