/**
 * The surroundings of a piece of text while it is being processed, and what the piece asks of them (`reads.ts`).
 */

import { Layer, type MacroBinding, undefinedMarker, type View } from './environment.ts';
import type { OrdinaryBinding, SizedType, TagBinding } from './lower/symbols.ts';
import { nothingRead, Reads } from './reads.ts';

export class Scope {
  readonly #base: View;
  // A scope is made for each macro that is evaluated, and most ask for macros and nothing else.
  #layer: Layer | undefined;
  readonly #macros = new Map<string, MacroBinding | undefined>();
  #ordinary: Map<string, OrdinaryBinding | undefined> | undefined;
  #tags: Map<string, TagBinding | undefined> | undefined;
  #sizes: Map<SizedType, number | string> | undefined;
  #alignments: Map<SizedType, number | string> | undefined;

  constructor(base: View) {
    this.#base = base;
  }

  /** What was written so far. */
  get layer(): Layer {
    this.#layer ??= new Layer();
    return this.#layer;
  }

  /** Everything that stands for `name` among macros, facts and notes. */
  binding(name: string): MacroBinding | undefined {
    const own = this.#layer?.macros.get(name);
    if (own !== undefined) return own === undefinedMarker ? undefined : own;
    const read = this.#macros.get(name);
    if (read !== undefined || this.#macros.has(name)) return read;
    const outside = this.#base.macro(name);
    this.#macros.set(name, outside);
    return outside;
  }

  ordinary(name: string): OrdinaryBinding | undefined {
    const own = this.#layer?.ordinary.get(name) ?? this.#ordinary?.get(name);
    if (own !== undefined || this.#ordinary?.has(name) === true) return own;
    const outside = this.#base.ordinary(name);
    this.#ordinary ??= new Map<string, OrdinaryBinding | undefined>();
    this.#ordinary.set(name, outside);
    return outside;
  }

  tag(name: string): TagBinding | undefined {
    const own = this.#layer?.tags.get(name) ?? this.#tags?.get(name);
    if (own !== undefined || this.#tags?.has(name) === true) return own;
    const outside = this.#base.tag(name);
    this.#tags ??= new Map<string, TagBinding | undefined>();
    this.#tags.set(name, outside);
    return outside;
  }

  /** Size or alignment of a type in bytes, or why it has none. */
  measure(type: SizedType, property: 'size' | 'align'): number | string {
    const known =
      property === 'size'
        ? (this.#sizes ??= new Map<SizedType, number | string>())
        : (this.#alignments ??= new Map<SizedType, number | string>());
    let answer = known.get(type);
    if (answer === undefined) known.set(type, (answer = this.#base.measure(type, property)));
    return answer;
  }

  bind(name: string, binding: MacroBinding | undefined): void {
    this.layer.note('macros', name, this.#base.environment.names);
    this.layer.macros.set(name, binding ?? undefinedMarker);
  }

  bindOrdinary(name: string, binding: OrdinaryBinding): void {
    this.layer.note('ordinary', name, this.#base.environment.names);
    this.layer.ordinary.set(name, binding);
  }

  bindTag(name: string, binding: TagBinding): void {
    this.layer.note('tags', name, this.#base.environment.names);
    this.layer.tags.set(name, binding);
  }

  reads(): Reads {
    const { ordinary, tags, sizes, alignments } = nothingRead;
    return new Reads({
      macros: this.#macros,
      ordinary: this.#ordinary ?? ordinary,
      tags: this.#tags ?? tags,
      sizes: this.#sizes ?? sizes,
      alignments: this.#alignments ?? alignments,
    });
  }
}
